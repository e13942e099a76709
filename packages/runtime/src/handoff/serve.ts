import type { Logger } from 'pino';
import type { BaseAgent } from '../agent/agent.ts';
import { startDeadline } from '../agent/deadline.ts';
import type { RunScope } from '../agent/port.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import { BatonError } from '../wire/error.ts';
import type { Address } from '../wire/name.ts';
import { decodePrompt, type IncomingPrompt } from '../wire/prompt.ts';
import type { RunResult } from '../wire/result.ts';
import { AnswerStream } from './answer-stream.ts';
import { checkCaller, checkEnvelope } from './guard.ts';
import { inherit, plainScope, toInput } from './inbound.ts';
import type { KeepAlive } from './keep-alive.ts';
import { ReplyWriter } from './reply-writer.ts';

export interface ServeOptions {
  readonly bus: Bus;
  readonly agent: BaseAgent;
  readonly address: Address;
  readonly keepAlive: KeepAlive;
  readonly log: Logger;
  /** Aborted when the instance can wait no longer for what it has in hand. */
  readonly signal: AbortSignal;
}

/** Who sends no envelope names nobody. */
const ANYONE = { scopes: [] };

/** The far end of a handoff: reads one prompt, refuses it or runs the agent, and streams the answer. Never rejects. */
export async function servePrompt(options: ServeOptions, message: BusMessage): Promise<void> {
  const { bus, address } = options;
  let { log } = options;
  if (!message.reply) return log.debug('a prompt without a reply subject was dropped');
  const writer = new ReplyWriter(bus, message.reply);
  let said = 'a prompt was refused';
  try {
    const incoming = read(message, options);
    const bounds = incoming.envelope ? inherit(incoming.envelope, address) : plainScope(address);
    log = log.child({ conversation: bounds.conversation, handoff: bounds.id });
    check(incoming, options);
    writer.ack();
    said = 'an answer could not be given';
    await answer({ ...options, log }, { incoming, bounds }, writer);
  } catch (thrown) {
    const error = BatonError.from(thrown);
    log.warn({ code: error.code, reason: error.message }, said);
    tryToFail(writer, error, log);
  }
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
function read({ data }: BusMessage, { bus }: ServeOptions): IncomingPrompt {
  if (data.length <= bus.maxPayload) return decodePrompt(data);
  const problem = `the prompt has ${data.length} bytes; at most ${bus.maxPayload} are taken`;
  throw new BatonError('INVALID_ARGUMENT', problem);
}

/** @throws {BatonError} for a prompt that this agent, or this caller, may not have answered. */
function check({ attachments, envelope }: IncomingPrompt, { agent, address }: ServeOptions): void {
  if (attachments.length > 0) {
    throw new BatonError('INVALID_ARGUMENT', `"${address.agent}" takes no attachments`);
  }
  if (envelope) checkEnvelope(envelope, address);
  checkCaller(envelope?.caller ?? ANYONE, agent);
}

interface Admitted {
  readonly incoming: IncomingPrompt;
  readonly bounds: Omit<RunScope, 'signal'>;
}

async function answer(
  options: ServeOptions,
  { incoming, bounds }: Admitted,
  writer: ReplyWriter,
): Promise<void> {
  const { agent, address, keepAlive, log } = options;
  using deadline = startDeadline(bounds.expiresAt, options.signal);
  const input = { ...toInput(incoming, address), scope: { ...bounds, signal: deadline.signal }, log };
  const stream = new AnswerStream(writer, { bus: options.bus, toBaton: incoming.envelope !== undefined });
  keepAlive.add(writer);
  let result: RunResult;
  try {
    result = await agent.execute(input, stream.onEvent);
  } finally {
    keepAlive.remove(writer);
    stream.close();
  }
  if (result.success) log.info(facts(result), 'answered');
  else log.warn(facts(result), 'failed');
  stream.finish(result);
}

function facts({ durationMs, agent, handoffs, error }: RunResult) {
  return {
    durationMs,
    answeredBy: agent,
    handoffs: handoffs.length,
    ...(error && { code: error.code, reason: error.message }),
  };
}
