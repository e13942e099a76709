import type { Logger } from 'pino';
import type { BaseAgent } from '../agent/agent.ts';
import { type Deadline, startDeadline } from '../agent/deadline.ts';
import type { RunScope } from '../agent/port.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import { throwIfAborted } from '../wire/abort.ts';
import type { Envelope, Origin } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { type Priority, priorityValue } from '../wire/metadata.ts';
import { type Address, formatAddress } from '../wire/name.ts';
import { decodePrompt, type IncomingPrompt } from '../wire/prompt.ts';
import type { RunResult } from '../wire/result.ts';
import { AnswerStream } from './answer-stream.ts';
import type { Cancellations } from './cancellations.ts';
import { callerOf, checkCaller, checkEnvelope } from './guard.ts';
import { inherit, originOf, plainScope, toInput } from './inbound.ts';
import type { KeepAlive } from './keep-alive.ts';
import { withLargeParts } from './large-intake.ts';
import { ReplyWriter } from './reply-writer.ts';
import type { Slots } from './slots.ts';

/** One instance of an agent, as each of its prompts sees it. */
export interface Serving {
  readonly bus: Bus;
  readonly agent: BaseAgent;
  readonly address: Address;
  readonly slots: Slots;
  readonly cancellations: Cancellations;
  readonly keepAlive: KeepAlive;
  readonly log: Logger;
  /** The ack that tells a caller which instance took its prompt. */
  readonly ack: () => Uint8Array;
  /** Aborted when the instance can wait no longer for what it has in hand. */
  readonly signal: AbortSignal;
}

/** The far end of a handoff: reads one prompt, refuses it or runs the agent, and streams the answer. Never rejects. */
export async function servePrompt(serving: Serving, message: BusMessage): Promise<void> {
  const { bus, address, slots, cancellations } = serving;
  let { log } = serving;
  if (!message.reply) return log.debug('a prompt without a reply subject was dropped');
  let writer = new ReplyWriter(bus, message.reply);
  let said = 'a prompt was refused';
  try {
    const incoming = read(message, serving);
    const { envelope } = incoming;
    writer = new ReplyWriter(bus, message.reply, { toBaton: envelope !== undefined });
    const inherited = envelope ? inherit(envelope, address) : plainScope(address);
    const bounds = { ...inherited, origin: originOf(incoming, message.reply) };
    log = log.child({ conversation: bounds.conversation, handoff: bounds.id });
    check(incoming, serving);
    using deadline = startDeadline(bounds.expiresAt, serving.signal);
    using _cancellable = cancellations.add(bounds.id, deadline.abort);
    if (!slots.tryTake()) await takeSlot(serving, envelope?.metadata.priority);
    try {
      // It may have been cancelled, or have run out of time, in line.
      throwIfAborted(deadline.signal);
      writer.ack(serving.ack());
      if (envelope?.origin) writer = takeOver(serving, envelope, envelope.origin);
      said = 'an answer could not be given';
      await answer({ ...serving, log }, { incoming, bounds, deadline }, writer);
    } finally {
      slots.release();
    }
  } catch (thrown) {
    const error = BatonError.from(thrown);
    log.warn({ code: error.code, reason: error.message }, said);
    tryToFail(writer, error, log);
  }
}

/** The ack has let the source go: from here on the answer is this agent's to give, to whoever waits. */
function takeOver(
  { bus, address, ack }: Serving,
  { id, source, path }: Envelope,
  origin: Origin,
): ReplyWriter {
  const writer = new ReplyWriter(bus, origin.reply, { toBaton: origin.baton });
  if (!origin.baton) return writer;
  const [home = ''] = path.at(-1)?.split('/') ?? [];
  const handoff = { id, from: source.agent, to: formatAddress(address, home), mode: 'transfer' } as const;
  writer.ack(ack());
  writer.chunk({ type: 'baton', data: { kind: 'transferred', handoff } });
  return writer;
}

/** @throws {BatonError} RESOURCE_EXHAUSTED when no place is free in time: another instance may have one. */
async function takeSlot({ slots, address }: Serving, priority: Priority | undefined): Promise<void> {
  const refusal = await slots.take(priorityValue(priority));
  if (!refusal) return;
  const { capacity } = slots;
  throw new BatonError(
    'RESOURCE_EXHAUSTED',
    `"${address.agent}" is busy: all of its ${capacity} places are taken`,
  );
}

/** What cannot be told (the connection is closed, say) must not bring the process down. */
function tryToFail(writer: ReplyWriter, error: BatonError, log: Logger): void {
  try {
    writer.fail(error);
  } catch (err) {
    log.error({ err }, 'a caller could not be told that its prompt failed');
  }
}

/** @throws {BatonError} for what is no prompt. */
function read({ data }: BusMessage, { bus }: Serving): IncomingPrompt {
  if (data.length <= bus.maxPayload) return decodePrompt(data);
  const problem = `the prompt has ${data.length} bytes; at most ${bus.maxPayload} are taken`;
  throw new BatonError('INVALID_ARGUMENT', problem);
}

/** @throws {BatonError} for a prompt that this agent, or this caller, may not have answered. */
function check({ attachments, envelope }: IncomingPrompt, { agent, address }: Serving): void {
  if (attachments.length > 0) {
    throw new BatonError('INVALID_ARGUMENT', `"${address.agent}" takes no attachments`);
  }
  if (envelope) checkEnvelope(envelope, address);
  checkCaller(callerOf(envelope), agent);
}

interface Admitted {
  readonly incoming: IncomingPrompt;
  readonly bounds: Omit<RunScope, 'signal'>;
  readonly deadline: Deadline;
}

async function answer(
  serving: Serving,
  { incoming, bounds, deadline }: Admitted,
  writer: ReplyWriter,
): Promise<void> {
  const { agent, address, bus, cancellations, keepAlive, log } = serving;
  const { signal } = deadline;
  const stream = new AnswerStream(writer, { bus, owner: address.owner });
  keepAlive.add(writer, () => deadline.abort(new BatonError('CANCELLED', 'the caller has gone')));
  let result: RunResult;
  try {
    const whole = await withLargeParts({ bus, owner: address.owner, signal }, incoming);
    const input = { ...toInput(whole, address), scope: { ...bounds, signal }, log };
    result = await agent.execute(input, stream.onEvent);
  } finally {
    keepAlive.remove(writer);
    stream.close();
  }
  // The target has taken it: it writes to whoever waits, and nobody else does.
  if (result.transferred) {
    cancellations.passOn(bounds.id, { ...result.transferred, until: bounds.expiresAt });
    return log.info(facts(result), 'handed on');
  }
  if (result.success) log.info(facts(result), 'answered');
  else log.warn(facts(result), 'failed');
  await stream.finish(result);
}

function facts({ durationMs, agent, handoffs, error }: RunResult) {
  return {
    durationMs,
    answeredBy: agent,
    handoffs: handoffs.length,
    ...(error && { code: error.code, reason: error.message }),
  };
}
