import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../bus/bus.ts';
import { CancelAnswer, CancelRequest } from '../wire/cancel.ts';
import { BatonError } from '../wire/error.ts';
import { decodeJson, encodeJson } from '../wire/json.ts';
import { type Address, type Owner, parseAddress } from '../wire/name.ts';
import type { Transferred } from '../wire/result.ts';
import { cancelSubject } from '../wire/subject.ts';

/** How often what is given up is told again after an outage, milliseconds. */
const AGAIN_MS = 500;

/** Why something was given up, in the words of the error that the one who works on it sees. */
function reasonOf({ late }: Pick<CancelRequest, 'late'>): BatonError {
  return late
    ? new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline')
    : new BatonError('CANCELLED', 'cancelled by the caller');
}

/** Transfers that are remembered: a cancellation that comes by here is passed on. */
const MAX_PASSED_ON = 10_000;
/** The share of them that is forgotten, the oldest first, when there are so many. */
const FORGOTTEN = 0.1;

/** Who has taken over a question, under which id, and until when that matters, milliseconds since the epoch. */
interface PassedOn extends Transferred {
  readonly until: number;
}

/** Something under way; two of one id are rare, and are a chain. */
interface Running {
  abort: (reason: BatonError) => void;
  other: Running | undefined;
}

function noRun(): void {}

/** The chain with one of its own taken out. */
function without(chain: Running | undefined, gone: Running): Running | undefined {
  if (!chain || chain === gone) return chain?.other;
  chain.other = without(chain.other, gone);
  return chain;
}

/** What this member is working on, and what it has handed on, by handoff id, so that it can be stopped from elsewhere. */
export class Cancellations {
  readonly #running = new Map<string, Running>();
  readonly #passedOn = new Map<string, PassedOn>();

  /** `abort` is called when the handoff is cancelled, until the returned handle is disposed of. */
  add(id: string, abort: Running['abort']): Disposable {
    const running = { abort, other: this.#running.get(id) };
    this.#running.set(id, running);
    return { [Symbol.dispose]: () => this.#remove(id, running) };
  }

  #remove(id: string, gone: Running): void {
    const rest = without(this.#running.get(id), gone);
    // A Map may name what was in it for a while: not with all that the run holds.
    gone.abort = noRun;
    if (rest) this.#running.set(id, rest);
    else this.#running.delete(id);
  }

  /** What ran under an id is now somebody else's to answer, and to stop. */
  passOn(id: string, to: PassedOn): void {
    if (this.#passedOn.size >= MAX_PASSED_ON) this.#forget();
    this.#passedOn.set(id, to);
  }

  /** Room for many more at once: what was taken out of the beginning of a Map is walked over each time. */
  #forget(): void {
    const now = Date.now();
    for (const [id, { until }] of this.#passedOn) {
      if (until > now && this.#passedOn.size < MAX_PASSED_ON * (1 - FORGOTTEN)) break;
      this.#passedOn.delete(id);
    }
  }

  /** Stops what runs under an id; false when nothing does. */
  cancel(request: CancelRequest): boolean {
    const first = this.#running.get(request.id);
    for (let each = first; each; each = each.other) each.abort(reasonOf(request));
    return first !== undefined;
  }

  /** Listens for what others cancel at an agent, until `close` is called. */
  listen(bus: Bus, { owner, agent }: Address): { close(): void } {
    const subjects = [cancelSubject(owner, agent), cancelSubject(owner)];
    const subscriptions = subjects.map((subject) =>
      bus.subscribe(subject, ({ data, reply }) => {
        const request = CancelRequest.safeParse(decodeJson(data));
        if (!request.success) return;
        const { id, late } = request.data;
        const passedOn = this.#passedOn.get(id);
        const isStopped = this.cancel(request.data);
        if (isStopped && reply) bus.publish(reply, encodeJson({ agent } satisfies CancelAnswer));
        if (passedOn) sendCancel(bus, parseAddress(passedOn.to, owner), { id: passedOn.id, late, reply });
      }),
    );
    return {
      close: () => {
        for (const subscription of subscriptions) subscription.close();
      },
    };
  }
}

interface Cancel {
  readonly id: string;
  /** Its time is over. */
  readonly late?: boolean | undefined;
  /** When the handoff is over anyhow: until then a broker that is away is waited for. Default: it is not. */
  readonly expiresAt?: number;
  readonly reply?: string | undefined;
}

/** Tells every instance of an agent to stop a handoff. What cannot be told is left to the deadline. */
export function sendCancel(
  bus: Bus,
  { owner, agent }: Address,
  { id, late, expiresAt = 0, reply }: Cancel,
): void {
  const request = encodeJson({ id, ...(late && { late }) } satisfies CancelRequest);
  const tell = () => bus.publish(cancelSubject(owner, agent), request, reply === undefined ? {} : { reply });
  const tellLater = async () => {
    await bus.whenThere({ whileAway: 'wait', expiresAt });
    // Who works on it may be on its way back; to be told twice does no harm.
    for (tell(); bus.isReturning; tell()) await sleep(AGAIN_MS, undefined, { ref: false });
  };
  try {
    if (bus.isDown) void tellLater().catch(() => {});
    else tell();
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
