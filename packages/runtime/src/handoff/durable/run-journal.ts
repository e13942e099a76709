import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RunJournal } from '../../agent/port.ts';
import { type StopSignal, throwIfAborted } from '../../wire/abort.ts';
import { DURABLE_VERSION, StepRecord } from '../../wire/durable.ts';
import type { HandedOn, HandedRun } from '../../wire/envelope.ts';
import type { Message } from '../../wire/message.ts';
import { stepSubject } from '../../wire/subject.ts';
import { fetchLarge, putLarge } from './large-values.ts';
import type { OutputWriter } from './output-writer.ts';
import type { RunFacts } from './run-record.ts';
import type { DurableSpace } from './space.ts';
import { untilAvailable } from './until-available.ts';

export interface JournalOptions {
  /** Id under which its steps are kept: of the run, or of the handoff by which it came to this agent. */
  readonly id: string;
  readonly facts: RunFacts;
  readonly output: OutputWriter;
  /** Ids of the durable runs above it, the first one first. */
  readonly above: readonly string[];
  readonly signal: StopSignal;
}

/** An effect that happened is worth the wait until it is written down, milliseconds. */
const WRITE_DOWN_MS = 15_000;

/** ULIDs begin with so many characters of time; what is derived from one keeps them. */
const TIME_LENGTH = 10;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The journal of one attempt to carry out a durable run. */
export class DurableJournal implements RunJournal {
  readonly lineage: readonly string[];
  /** When the run last showed a sign of progress, milliseconds since the epoch. */
  progressAt = Date.now();
  readonly #space: DurableSpace;
  readonly #id: string;
  readonly #signal: StopSignal;
  readonly #facts: RunFacts;
  readonly #output: OutputWriter;
  readonly #beganAt = Date.now();
  readonly #steps = new Map<string, Promise<unknown>>();
  readonly #handoffs = new Map<string, number>();

  constructor(space: DurableSpace, { id, facts, output, above, signal }: JournalOptions) {
    this.#space = space;
    this.#id = id;
    this.#facts = facts;
    this.#output = output;
    this.#signal = signal;
    this.lineage = [...above, facts.id];
  }

  progress(): void {
    this.progressAt = Date.now();
  }

  once<T>(key: string, effect: (idempotencyKey: string) => T | Promise<T>): Promise<T> {
    const known = this.#steps.get(key);
    const step = known ?? this.#carryOut(key, effect);
    this.#steps.set(key, step);
    // What failed has not happened: it may be tried again.
    step.catch(() => this.#steps.delete(key));
    return step as Promise<T>;
  }

  handoffId(target: string, messages: readonly Message[]): string {
    const what = digest(JSON.stringify([this.#id, target, messages]));
    const count = (this.#handoffs.get(what) ?? 0) + 1;
    this.#handoffs.set(what, count);
    return derivedId(this.#id, `${what}:${count}`);
  }

  handOn(handoff: Pick<HandedOn, 'id' | 'from' | 'to'>): HandedRun {
    const { id, agent, request, handed, askedAt = this.#beganAt } = this.#facts;
    const way = [...(handed?.way ?? []), { ...handoff, at: Date.now() }];
    const beganAt = handed?.beganAt ?? this.#beganAt;
    const asked = { id, agent, ...(request !== undefined && { request }), askedAt, beganAt };
    return { ...asked, way, ...this.#output.handOn(way) };
  }

  async #carryOut(key: string, effect: (idempotencyKey: string) => unknown): Promise<unknown> {
    const { owner, steps, checkpoint } = this.#space;
    const name = digest(key);
    const subject = stepSubject(owner, this.#id, name);
    const kept = await untilAvailable(() => steps.last(subject), this.#signal);
    if (kept) return await this.#yieldOf(kept.value);
    throwIfAborted(this.#signal);
    this.progress();
    checkpoint('before effect');
    const value = await effect(`${this.#id}-${name}`);
    checkpoint('after effect');
    this.progress();
    const put = () => putLarge(this.#space, value, 'what a step yielded');
    const valueRef = await untilAvailable(put, WRITE_DOWN_MS);
    const facts = { v: DURABLE_VERSION, key: key.slice(0, 200) } as const;
    const record: StepRecord = { ...facts, ...(valueRef ? { valueRef } : { value }) };
    await untilAvailable(() => steps.add(subject, record), WRITE_DOWN_MS);
    checkpoint('after step');
    // Another attempt may have been first: what it yielded is what this step yielded.
    const standing = await untilAvailable(() => steps.last(subject), WRITE_DOWN_MS);
    return await this.#yieldOf(standing?.value);
  }

  /** @throws {BatonError} FAILED_PRECONDITION when it was kept beside the record and is gone, INVALID_ARGUMENT when it was altered. */
  async #yieldOf(record: unknown): Promise<unknown> {
    const { value, valueRef } = StepRecord.safeParse(record).data ?? {};
    if (!valueRef) return value;
    return await untilAvailable(() => fetchLarge(this.#space, valueRef, z.unknown()), this.#signal);
  }
}

/** An id that is always the same for the same thing below `parent`, and sorts beside it. */
export function derivedId(parent: string, what: string): string {
  const bytes = createHash('sha256').update(`${parent}:${what}`).digest().subarray(0, 16);
  const letters = [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${parent.slice(0, TIME_LENGTH)}${letters}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
