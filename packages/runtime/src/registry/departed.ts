import { z } from 'zod';

/** How long an agent that is gone is remembered, milliseconds. */
const REMEMBER_MS = 3_600_000;
const MAX_REMEMBERED = 1000;

/** What a member of the mesh tells a newcomer: addresses of agents, and how many milliseconds ago they were last alive. */
export const DepartedNote = z.record(z.string(), z.number().nonnegative());
export type DepartedNote = z.infer<typeof DepartedNote>;

/**
 * Remembers the agents whose last instance is gone, so that "it died" (UNAVAILABLE) can be told from
 * "there is no such agent" (NOT_FOUND). At most 1000 agents, at most an hour.
 */
export class DepartedAgents {
  readonly #since = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(address: string, since = this.#now()): void {
    this.#since.delete(address);
    this.#since.set(address, since);
    const oldest = this.#since.keys().next();
    if (this.#since.size > MAX_REMEMBERED && !oldest.done) this.#since.delete(oldest.value);
  }

  remove(address: string): void {
    this.#since.delete(address);
  }

  /** How long an agent is gone, milliseconds; undefined when it is not remembered. */
  goneFor(address: string): number | undefined {
    const since = this.#since.get(address);
    if (since === undefined) return undefined;
    const ago = this.#now() - since;
    if (ago <= REMEMBER_MS) return ago;
    this.#since.delete(address);
    return undefined;
  }

  toNote(): DepartedNote {
    const now = this.#now();
    return Object.fromEntries([...this.#since].map(([address, since]) => [address, now - since]));
  }

  merge(note: DepartedNote): void {
    for (const [address, ago] of Object.entries(note)) {
      if (!this.#since.has(address)) this.add(address, this.#now() - ago);
    }
  }
}
