import type { Emit } from '../agent/events.ts';
import type { HandoffOrder } from '../agent/port.ts';
import { Tries } from '../agent/tries.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import { NoResponders, type ReplyHandlers, Silence } from '../bus/reply-stream.ts';
import { abortError, type StopSignal, throwIfAborted } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';
import type { Money } from '../wire/money.ts';
import { type Address, formatAddress } from '../wire/name.ts';
import type { RunResult } from '../wire/result.ts';
import { pingSubject } from '../wire/subject.ts';
import { Answer } from './answer.ts';
import { busyPause, IN_LINE_MS } from './busy-pause.ts';
import { sendCancel } from './cancellations.ts';
import { registryNames, unreachable } from './guard.ts';
import { type HandoffRequest, toRequest, withRoomToTell } from './handoff-request.ts';
import { LargeRequest } from './large-request.ts';
import { Doubted, route, type Way } from './route.ts';
import type { Sender } from './sender.ts';

/** Longest wait for the ack of a live agent, milliseconds: hosts send it before any work. */
const ACK_MS = 10_000;

/** How long an instance may take to show that its process is there, milliseconds. */
const PING_MS = 1000;

/** One handoff on its way. */
interface Call {
  readonly order: HandoffOrder;
  readonly address: Address;
  readonly large: LargeRequest;
  readonly whileAway?: 'fail' | 'wait' | undefined;
  /** For how long a free place has been looked for, milliseconds. */
  readonly waitedMs?: number;
}

/**
 * Publishes one request with its envelope and follows the answer to its end, passing on what streams. Waits, within
 * the deadline, for an agent whose instances are all busy. Never rejects: every failure is a result, with whatever
 * text had arrived.
 */
export async function exchange(sender: Sender, handoff: Omit<Call, 'large'>, emit: Emit): Promise<RunResult> {
  const large = new LargeRequest(sender, handoff.address);
  try {
    const { order, address, whileAway } = handoff;
    const call: Call = { order, address, large, whileAway };
    const { retries = 0 } = order.metadata;
    if (retries > 0) return await withRetries(sender, call, { retries, emit });
    const started = performance.now();
    const answer = await whenFree(sender, call, emit);
    return answer.toResult(order, Math.round(performance.now() - started));
  } finally {
    if (large.isKept) await large.drop();
  }
}

async function withRetries(
  sender: Sender,
  call: Call,
  { retries, emit }: { readonly retries: number; readonly emit: Emit },
): Promise<RunResult> {
  const started = performance.now();
  const tries = new Tries(emit);
  let tried = call;
  let answer = await whenFree(sender, tried, tries.emit);
  for (let left = retries; left > 0 && mayRetry(sender, tried, answer); left--) {
    tries.next();
    tried = withRest(tried, answer);
    answer = await whenFree(sender, tried, tries.emit);
  }
  const result = answer.toResult(tried.order, Math.round(performance.now() - started));
  if (result.success) tries.succeeded();
  return withEarlier(result, call.order.scope.budget, tried.order.scope.budget);
}

/** What a try that was lost has spent, or may have, the next one has no more. */
function withRest(call: Call, lost: Answer): Call {
  const { order } = call;
  const { budget } = order.scope;
  if (!budget) return call;
  const spent = Math.min(lost.spent(budget)?.amount ?? budget.amount, budget.amount);
  const rest = { ...budget, amount: budget.amount - spent };
  return { ...call, order: { ...order, scope: { ...order.scope, budget: rest } } };
}

/** A result that counts what went with the tries before, which had the whole budget before the last had what was left. */
function withEarlier(result: RunResult, whole: Money | undefined, last: Money | undefined): RunResult {
  const { spent } = result;
  if (!spent || !whole || !last || whole === last) return result;
  return { ...result, spent: { ...spent, amount: spent.amount + whole.amount - last.amount } };
}

/** Sends until an instance takes the request; where it is turned away without having waited in line, with growing pauses. */
async function whenFree(sender: Sender, call: Call, emit: Emit): Promise<Answer> {
  const { signal, expiresAt } = call.order.scope;
  const startedAt = Date.now();
  let busy: Answer | undefined;
  for (let tries = 1; ; tries++) {
    const waitedMs = Date.now() - startedAt;
    const answer = await send(sender, busy ? { ...call, waitedMs } : call, emit);
    // The time ran out in line: that all were busy says more than that it is over.
    if (busy && !answer.isTaken && answer.error?.code === 'DEADLINE_EXCEEDED') return busy;
    if (!answer.isBusy) return answer;
    busy = answer;
    if (Date.now() - startedAt - waitedMs >= IN_LINE_MS) tries = 0;
    const isOver = await busyPause(tries, { signal, expiresAt });
    if (!isOver) continue;
    if (signal.aborted && abortError(signal).code !== 'DEADLINE_EXCEEDED') answer.error = abortError(signal);
    return answer;
  }
}

/** One try: published once, followed to its end. Never rejects; what went wrong is in the answer. */
async function send(sender: Sender, call: Call, emit: Emit): Promise<Answer> {
  const { order, address, large } = call;
  const { bus, breakers } = sender;
  const { signal } = order.scope;
  const name = `${address.owner}/${address.agent}`;
  const answer = new Answer(emit, { bus, address });
  const attempt = new Attempt(sender, call, answer);
  try {
    if (!breakers.allows(name)) throw hanging(sender, address);
    if (bus.isDown) await bus.whenThere(attempt);
    sender.retries.earn();
    await route(sender, address, (way) => attempt.take(way));
    breakers.succeeded(name);
    answer.end();
    // Given up in the very moment it was taken over: whoever took it must be told.
    if (order.mode === 'transfer') {
      throwIfAborted(signal);
      large.leave();
    }
    if (answer.isElsewhere) await answer.fetchLargeResult(signal);
  } catch (thrown) {
    const { isPublished } = attempt;
    const isNobody = thrown instanceof NoResponders;
    if (isPublished && !isNobody) cancel(bus, { ...call, reason: BatonError.from(thrown) }, answer);
    if (thrown instanceof Silence) breakers.failed(name);
    const isUnsent = !isPublished || BatonError.from(thrown).code === 'INVALID_ARGUMENT';
    answer.isUntouched ||= isUnsent || (isNobody && !(thrown instanceof Doubted));
    // What the target itself reported says more than that its stream was then broken off.
    answer.error ??= isNobody ? await explain(sender, address) : BatonError.from(thrown);
  }
  return answer;
}

/** One way tried with one request: how its replies are followed. */
class Attempt implements ReplyHandlers {
  readonly #sender: Sender;
  readonly #call: Call;
  readonly #answer: Answer;
  #request: HandoffRequest | undefined;
  readonly #isTransfer: boolean;
  readonly signal: StopSignal;
  readonly expiresAt: number;
  readonly whileAway: Call['whileAway'];
  readonly firstReplyMs = ACK_MS;
  doubt: Way['doubt'];
  isPublished = false;

  constructor(sender: Sender, call: Call, answer: Answer) {
    const { order } = call;
    this.#sender = sender;
    this.#call = call;
    this.#answer = answer;
    this.#isTransfer = order.mode === 'transfer';
    this.signal = order.scope.signal;
    this.expiresAt = order.scope.expiresAt;
    this.whileAway = call.whileAway;
  }

  /** True when it was turned away. */
  async take({ subject, doubt }: Way): Promise<boolean> {
    const { order, address, large, waitedMs } = this.#call;
    const { bus, source } = this.#sender;
    this.#request ??= toRequest(order, address, { source: source(), expiresAt: withRoomToTell(order) });
    if (waitedMs) this.#request.baton.waitedMs = waitedMs;
    const encoded = large.encode(this.#request, subject, this.signal);
    const data = encoded instanceof Uint8Array ? encoded : await encoded;
    this.doubt = doubt;
    this.isPublished = true;
    this.#answer.begin();
    await bus.follow(subject, data, this);
    return this.#answer.isBusy;
  }

  get silenceMs(): number {
    return this.#answer.silenceMs;
  }

  check(): Promise<BatonError | undefined> {
    return lookAfter(this.#sender, this.#answer);
  }

  /** The ack of a transfer lets this agent go. */
  onReply(message: BusMessage): boolean {
    return this.#answer.take(message) || (this.#isTransfer && this.#answer.isTaken);
  }
}

/** Who was asked passes it on to whom it has handed the question; who has taken it over is told as well, if known. */
function cancel(
  bus: Bus,
  { order, address, reason }: Call & { readonly reason: BatonError },
  { agent, transferredAs }: Answer,
): void {
  const { expiresAt } = order.scope;
  const late = reason.code === 'DEADLINE_EXCEEDED';
  sendCancel(bus, address, { id: order.id, late, expiresAt });
  if (transferredAs !== undefined) sendCancel(bus, agent, { id: transferredAs, late, expiresAt });
}

/** Whether the instance at work is still there: the broker knows at once when its process has gone. */
async function lookAfter({ bus, registry, home }: Sender, answer: Answer) {
  // After an outage it may be on its way back.
  if (bus.isDown || bus.isReturning) return undefined;
  const presence = registry.find(answer.agent);
  const only =
    presence.status === 'live' && presence.instances.length === 1 ? presence.instances[0] : undefined;
  const instance = answer.instance ?? only?.instance;
  if (instance === undefined || (await bus.hasListener(pingSubject(instance), PING_MS))) return undefined;
  const target = formatAddress(answer.agent, home);
  return new BatonError('UNAVAILABLE', `"${target}" died in the middle of its answer`, { target });
}

/** Only what is declared safe to do twice, for want of an instance, and while retries do not add to the trouble. */
function mayRetry({ registry, retries }: Sender, { order, address }: Call, answer: Answer): boolean {
  if (answer.error?.code !== 'UNAVAILABLE' || order.scope.signal.aborted) return false;
  const presence = registry.find(address);
  const card = presence.status === 'live' ? presence.instances.at(-1)?.details?.card : undefined;
  return card?.idempotent === true && retries.spend();
}

async function explain({ registry, home }: Sender, address: Address): Promise<BatonError> {
  return unreachable(address, await registry.lookUp(address), { live: registryNames(registry, home), home });
}

function hanging({ home }: Sender, address: Address): BatonError {
  const target = formatAddress(address, home);
  const message = `"${target}" has left several requests hanging; it is not asked again for some seconds`;
  return new BatonError('UNAVAILABLE', message, { target });
}
