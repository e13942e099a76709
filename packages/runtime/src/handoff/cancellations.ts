import type { Bus } from '../bus/bus.ts';
import { CancelAnswer, CancelRequest } from '../wire/cancel.ts';
import { BatonError } from '../wire/error.ts';
import { decodeJson, encodeJson } from '../wire/json.ts';
import type { Address, Owner } from '../wire/name.ts';
import { cancelSubject } from '../wire/subject.ts';

/** Who gives something up, in the words of the error that the one who works on it sees. */
const cancelled = () => new BatonError('CANCELLED', 'cancelled by the caller');

/** What this member is working on, by handoff id, so that it can be stopped from elsewhere. */
export class Cancellations {
  readonly #running = new Map<string, Set<(reason: BatonError) => void>>();

  /** `abort` is called when the handoff is cancelled, until the returned handle is disposed of. */
  add(id: string, abort: (reason: BatonError) => void): Disposable {
    const all = this.#running.get(id) ?? new Set();
    this.#running.set(id, all.add(abort));
    return {
      [Symbol.dispose]: () => {
        all.delete(abort);
        if (all.size === 0) this.#running.delete(id);
      },
    };
  }

  /** Stops what runs under an id; false when nothing does. */
  cancel(id: string): boolean {
    const all = this.#running.get(id);
    for (const abort of [...(all ?? [])]) abort(cancelled());
    return all !== undefined;
  }

  /** Listens for what others cancel at an agent, until `close` is called. */
  listen(bus: Bus, { owner, agent }: Address): { close(): void } {
    const subjects = [cancelSubject(owner, agent), cancelSubject(owner)];
    const subscriptions = subjects.map((subject) =>
      bus.subscribe(subject, ({ data, reply }) => {
        const request = CancelRequest.safeParse(decodeJson(data));
        const isStopped = request.success && this.cancel(request.data.id);
        if (isStopped && reply) bus.publish(reply, encodeJson({ agent } satisfies CancelAnswer));
      }),
    );
    return {
      close: () => {
        for (const subscription of subscriptions) subscription.close();
      },
    };
  }
}

/** Tells every instance of an agent to stop a handoff. What cannot be told is left to the deadline. */
export function sendCancel(bus: Bus, { owner, agent }: Address, id: string): void {
  try {
    bus.publish(cancelSubject(owner, agent), encodeJson({ id } satisfies CancelRequest));
  } catch {
    // The connection is closed: the far end notices that nobody listens any more.
  }
}

/** Stops a handoff wherever it runs; tells which agents were at it. */
export async function cancelEverywhere(bus: Bus, owner: Owner, id: string): Promise<string[]> {
  const agents: string[] = [];
  await bus.gather(cancelSubject(owner), {
    data: encodeJson({ id } satisfies CancelRequest),
    onAnswer: ({ data }) => {
      const answer = CancelAnswer.safeParse(decodeJson(data));
      if (answer.success) agents.push(answer.data.agent);
    },
    firstMs: 500,
    quietMs: 100,
    maxMs: 1000,
  });
  return agents;
}
