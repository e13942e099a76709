import { HANDOFF_ID, INSTANCE_ID, MAX_ADDRESS, MAX_HOPS } from './limits.ts';
import { MAX_TIMEOUT_SECONDS } from './metadata.ts';

/**
 * What nearly every message is, checked by hand: a schema copies all it reads, which costs more than reading it. A yes says
 * that the schema would take the value just as it is; a no says nothing, and the schema decides.
 */

type Fields = Readonly<Record<string, unknown>>;

const CONVERSATION = /^\P{Cc}{1,128}$/u;

/** An ack, pieces of text, a plain result, an end. */
export function isPlainChunk(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { type, data } = value;
  if (type === 'end') return true;
  if (type === 'status') return typeof data === 'string' && isPlainAck(value);
  if (type === 'response') return typeof data === 'string' && (value.seq === undefined || isPlace(value.seq));
  if (type !== 'baton' || !isRecord(data)) return false;
  if (data.kind === 'texts') return isPlace(data.seq) && isListOf(data.texts, isText);
  return data.kind === 'result' && isCount(data.pieces) && isPlainResult(data.result);
}

/** The envelope of a question, or of a handoff by call, with nothing in it that is to be looked into. */
export function isPlainEnvelope(value: unknown): boolean {
  if (!isRecord(value) || value.v !== 1 || !isPlainHeader(value)) return false;
  const { caller, metadata, context, path } = value;
  return (
    isRecord(context) &&
    isRecord(metadata) &&
    Object.keys(metadata).length === 0 &&
    isListOf(path, isAddress) &&
    (path as unknown[]).length <= MAX_HOPS + 1 &&
    isRecord(caller) &&
    caller.user === undefined &&
    isListOf(caller.scopes, isText) &&
    ['messages', 'messagesRef', 'contextRef', 'budget', 'origin', 'run', 'traceparent', 'lineage'].every(
      (field) => value[field] === undefined,
    )
  );
}

function isPlainHeader(value: Fields): boolean {
  const { id, conversation, source, target, mode, maxHops, deadline, remainingMs } = value;
  return (
    isText(id) &&
    HANDOFF_ID.test(id) &&
    isText(conversation) &&
    CONVERSATION.test(conversation) &&
    isRecord(source) &&
    isText(source.agent) &&
    isText(source.instance) &&
    isText(target) &&
    mode === 'call' &&
    isCount(value.hops) &&
    isPlace(maxHops) &&
    maxHops <= MAX_HOPS &&
    isNumber(deadline) &&
    isNumber(remainingMs) &&
    remainingMs <= MAX_TIMEOUT_SECONDS * 1000 &&
    isFlag(value.canAnswer) &&
    isFlag(value.batch) &&
    (value.waitedMs === undefined || isCount(value.waitedMs))
  );
}

function isPlainAck({ instance, agent, every_s }: Fields): boolean {
  const isInstance = instance === undefined || (isText(instance) && INSTANCE_ID.test(instance));
  const isOften = every_s === undefined || (isNumber(every_s) && every_s > 0 && every_s <= 60);
  return isInstance && isOften && (agent === undefined || isText(agent));
}

function isPlainResult(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { response, handoffs, usage } = value;
  return (
    value.success === true &&
    (response === undefined || isText(response)) &&
    isText(value.agent) &&
    (value.conversation === undefined || isText(value.conversation)) &&
    (value.id === undefined || isText(value.id)) &&
    isNumber(value.durationMs) &&
    (handoffs === undefined || (Array.isArray(handoffs) && handoffs.length === 0)) &&
    (value.insights === undefined || isRecord(value.insights)) &&
    isFlag(value.fallback) &&
    (usage === undefined || isPlainUsage(usage)) &&
    ['error', 'withdrawn', 'transferred', 'spent'].every((field) => value[field] === undefined)
  );
}

function isPlainUsage(value: unknown): boolean {
  return isRecord(value) && [value.inputTokens, value.outputTokens, value.modelCalls].every(isAmount);
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, isOne: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isAmount = (value: unknown): boolean => isNumber(value) && value >= 0;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isPlace = (value: unknown): value is number => isCount(value) && value > 0;
const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean';
const isAddress = (value: unknown): boolean => isText(value) && value.length <= MAX_ADDRESS;
