import type { Logger } from 'pino';
import type { BaseAgent, RunInput } from '../agent/agent.ts';
import { handedOver } from '../agent/attempt-handoff.ts';
import { startDeadline } from '../agent/deadline.ts';
import { type ProgressEvent, unseenText } from '../agent/events.ts';
import { newId } from '../agent/id.ts';
import { newScope } from '../agent/new-run.ts';
import type { RunScope } from '../agent/port.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import type { StreamedResult } from '../wire/chunk.ts';
import type { Envelope } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import type { Address } from '../wire/name.ts';
import { decodePrompt, type IncomingPrompt } from '../wire/prompt.ts';
import type { RunResult } from '../wire/result.ts';
import { checkCaller, checkEnvelope } from './guard.ts';
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

/** Callers that speak the bare protocol name no deadline; by its convention they give up after 10 minutes. */
const PLAIN_PROMPT_TIMEOUT_MS = 600_000;

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
  const stream = new AnswerStream(writer, incoming.envelope !== undefined);
  keepAlive.add(writer);
  let result: RunResult;
  try {
    result = await agent.execute(input, (event) => stream.onEvent(event));
  } finally {
    keepAlive.remove(writer);
  }
  if (result.success) log.info(facts(result), 'answered');
  else log.warn(facts(result), 'failed');
  stream.finish(result);
}

/** Translates a run's events into chunks. Only callers that sent an envelope are told Baton's own notes. */
class AnswerStream {
  readonly #writer: ReplyWriter;
  readonly #toBaton: boolean;
  #streamed = '';

  constructor(writer: ReplyWriter, toBaton: boolean) {
    this.#writer = writer;
    this.#toBaton = toBaton;
  }

  onEvent(event: ProgressEvent): void {
    if (event.type === 'text') {
      this.#streamed += event.text;
      this.#writer.text(event.text);
    } else if (event.type === 'handoff' && this.#toBaton) {
      this.#writer.chunk({ type: 'baton', data: { kind: 'handoff', handoff: event.handoff } });
    }
  }

  finish(result: RunResult): void {
    if (result.success) this.#finishWell(result);
    else this.#writer.fail(errorOf(result), this.#toBaton ? result : undefined);
  }

  #finishWell(result: RunResult): void {
    const writer = this.#writer;
    if (this.#toBaton) {
      writer.chunk({ type: 'baton', data: { kind: 'result', result: this.#withoutStreamed(result) } });
    } else {
      const rest = unseenText(this.#streamed, result.response);
      if (rest) writer.text(rest);
    }
    writer.end();
  }

  #withoutStreamed(result: RunResult): StreamedResult {
    if (result.response !== this.#streamed) return result;
    const streamed: StreamedResult = { ...result };
    delete streamed.response;
    return streamed;
  }
}

function errorOf({ error }: RunResult): BatonError {
  return error ? BatonError.from(error) : new BatonError('INTERNAL', 'the run failed without an error');
}

/** The bounds of a run that answers a handoff: those of its envelope, with this agent added to the path. */
function inherit(envelope: Envelope, { owner, agent }: Address): Omit<RunScope, 'signal'> {
  const { id, conversation, path, hops, maxHops, remainingMs, caller, traceparent } = envelope;
  return {
    id,
    conversation,
    path: [...path, `${owner}/${agent}`],
    hops,
    maxHops,
    // By time left, not by the absolute deadline: the sender's clock may differ.
    expiresAt: Date.now() + remainingMs,
    caller,
    traceparent,
  };
}

function plainScope({ owner, agent }: Address): Omit<RunScope, 'signal'> {
  return newScope([`${owner}/${agent}`], { timeoutMs: PLAIN_PROMPT_TIMEOUT_MS, conversation: newId() });
}

function toInput({ prompt, envelope }: IncomingPrompt, { agent }: Address): Omit<RunInput, 'scope' | 'log'> {
  const sent = handedOver(envelope?.messages ?? []);
  const messages = sent.length > 0 ? sent : [{ role: 'user', content: prompt } as const];
  if (!envelope || envelope.path.length === 0) return { messages, inbound: undefined };
  const { source, path, context, metadata } = envelope;
  return { messages, inbound: { source, origin: path[0] ?? agent, path, context, metadata } };
}

function facts({ durationMs, agent, handoffs, error }: RunResult) {
  return {
    durationMs,
    answeredBy: agent,
    handoffs: handoffs.length,
    ...(error && { code: error.code, reason: error.message }),
  };
}
