import type { Logger } from 'pino';
import type { BaseAgent } from '../agent/agent.ts';
import { Deadline } from '../agent/deadline.ts';
import type { RunScope } from '../agent/port.ts';
import type { Roster } from '../agent/roster.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import { throwIfAborted } from '../wire/abort.ts';
import type { Envelope, Origin } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { priorityValue } from '../wire/metadata.ts';
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
  /** Whether what finds no free place may wait for one; what was drawn for a free place is better off elsewhere. */
  readonly mayWait: boolean;
  readonly cancellations: Cancellations;
  readonly keepAlive: KeepAlive;
  readonly log: Logger;
  /** The ack that tells a caller which instance took its prompt. */
  readonly ack: () => string;
  /** Of all that is in hand: an instance that can wait no longer aborts them. */
  readonly deadlines: Roster<Deadline>;
}

/** The far end of a handoff: reads one prompt, refuses it or runs the agent, and streams the answer. Never rejects. */
export async function servePrompt(serving: Serving, message: BusMessage): Promise<void> {
  const { bus, log } = serving;
  const { reply } = message;
  if (!reply) return log.debug('a prompt without a reply subject was dropped');
  try {
    const incoming = read(message, serving);
    const { envelope } = incoming;
    const writer = new ReplyWriter(bus, reply, { toBaton: envelope !== undefined, batch: envelope?.batch });
    return serve(serving, { incoming, reply }, writer);
  } catch (thrown) {
    refuse(new ReplyWriter(bus, reply), thrown, { log });
  }
}

interface Prompt {
  readonly incoming: IncomingPrompt;
  readonly reply: string;
}

async function serve(serving: Serving, { incoming, reply }: Prompt, source: ReplyWriter): Promise<void> {
  const { address, slots, cancellations } = serving;
  const { envelope } = incoming;
  const bounds = envelope ? inherit(envelope, address) : plainScope(address);
  const deadline = new Deadline(bounds.expiresAt);
  const present = serving.deadlines.add(deadline);
  const scope: RunScope = Object.assign(bounds, { origin: originOf(incoming, reply), signal: deadline });
  const cancellable = cancellations.add(scope.id, (reason) => deadline.abort(reason));
  const leave = slots.leaver();
  const admitted = { incoming, scope, deadline, leave, log: logOf(serving, scope) };
  let writer = source;
  let isAdmitted = false;
  try {
    check(incoming, serving);
    if (!slots.tryTake()) await takeSlot(serving, envelope);
    try {
      // It may have been cancelled, or have run out of time, in line.
      throwIfAborted(deadline);
      writer.ack(serving.ack());
      if (envelope?.origin) writer = takeOver(serving, envelope, envelope.origin);
      isAdmitted = true;
      await answer(serving, admitted, writer);
    } finally {
      leave();
    }
  } catch (thrown) {
    const said = isAdmitted ? 'an answer could not be given' : undefined;
    refuse(writer, thrown, { log: admitted.log(), said });
  } finally {
    cancellable[Symbol.dispose]();
    present[Symbol.dispose]();
    deadline[Symbol.dispose]();
  }
}

/** Made when something is first logged: where nothing is, a log of its own for each prompt is a cost. */
function logOf({ log }: Serving, { conversation, id: handoff }: RunScope): () => Logger {
  let own: Logger | undefined;
  return () => {
    own ??= log.child({ conversation, handoff });
    return own;
  };
}

/** The ack has let the source go: from here on the answer is this agent's to give, to whoever waits. */
function takeOver(
  { bus, address, ack }: Serving,
  { id, source, path }: Envelope,
  origin: Origin,
): ReplyWriter {
  const { reply, baton: toBaton, batch } = origin;
  const writer = new ReplyWriter(bus, reply, { toBaton, batch });
  if (!toBaton) return writer;
  const [home = ''] = path.at(-1)?.split('/') ?? [];
  const handoff = { id, from: source.agent, to: formatAddress(address, home), mode: 'transfer' } as const;
  // Who answers is news to whoever waits, even with the whole answer.
  writer.json(ack());
  writer.chunk({ type: 'baton', data: { kind: 'transferred', handoff } });
  return writer;
}

/** @throws {BatonError} RESOURCE_EXHAUSTED when no place is free in time: another instance may have one. */
async function takeSlot({ slots, address, mayWait }: Serving, envelope: Envelope | undefined): Promise<void> {
  const priority = priorityValue(envelope?.metadata.priority);
  if (mayWait && !(await slots.take(priority, envelope?.waitedMs))) return;
  const { capacity } = slots;
  throw new BatonError(
    'RESOURCE_EXHAUSTED',
    `"${address.agent}" is busy: all of its ${capacity} places are taken`,
  );
}

/** Tells the caller. What cannot be told (the connection is closed, say) must not bring the process down. */
function refuse(
  writer: ReplyWriter,
  thrown: unknown,
  { log, said = 'a prompt was refused' }: { readonly log: Logger; readonly said?: string | undefined },
): void {
  const error = BatonError.from(thrown);
  log.warn({ code: error.code, reason: error.message }, said);
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
  readonly scope: RunScope;
  readonly deadline: Deadline;
  /** Gives its place back. */
  leave(): void;
  readonly log: () => Logger;
}

async function answer(
  serving: Serving,
  { incoming, scope, deadline, leave, log }: Admitted,
  writer: ReplyWriter,
): Promise<void> {
  const { agent, address, bus, cancellations, keepAlive } = serving;
  const { owner } = address;
  const stream = new AnswerStream(writer, { bus, owner });
  const stopBeating = keepAlive.add(writer, () =>
    deadline.abort(new BatonError('CANCELLED', 'the caller has gone')),
  );
  let result: RunResult;
  try {
    const isLarge = incoming.envelope?.messagesRef || incoming.envelope?.contextRef;
    const whole = isLarge ? await withLargeParts({ bus, owner, signal: deadline }, incoming) : incoming;
    const input = Object.assign(toInput(whole, address), { scope, log });
    result = await agent.execute(input, stream.onEvent);
  } finally {
    stopBeating();
    stream.close();
  }
  // The target has taken it: it writes to whoever waits, and nobody else does.
  if (result.transferred) {
    cancellations.passOn(scope.id, { ...result.transferred, until: scope.expiresAt });
    return log().info(facts(result), 'handed on');
  }
  if (!result.success) log().warn(facts(result), 'failed');
  else if (serving.log.isLevelEnabled('info')) log().info(facts(result), 'answered');
  // The place is offered again before the caller hears the end, and sends the next.
  leave();
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
