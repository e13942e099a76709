export { AgentCard, Capability, PROTOCOL_VERSION, ServiceInfo, ServiceMetadata } from './card.ts';
export {
  ACK,
  BatonNote,
  Chunk,
  chunkText,
  decodeChunks,
  ERROR_CODE_HEADER,
  ERROR_TEXT_HEADER,
  encodeChunk,
  HandoffStarted,
  TERMINATOR,
} from './chunk.ts';
export { type Attempt, type DeadLetter, RunRecord } from './durable.ts';
export {
  Caller,
  DEFAULT_MAX_HOPS,
  ENVELOPE_VERSION,
  Envelope,
  HandoffId,
  HandoffMode,
  parseEnvelope,
  Source,
} from './envelope.ts';
export { BatonError, ERROR_CODES, ErrorCode, type ErrorCodeInfo, ErrorInfo, HandoffError } from './error.ts';
export { decodeError, ErrorBody, encodeErrorBody, headerText } from './error-body.ts';
export { decodeHeartbeat, encodeHeartbeat, Heartbeat, InstanceState, MISSED_BEATS } from './heartbeat.ts';
export { ContentPart, lastUserText, Message, textOf } from './message.ts';
export { HandoffMetadata, MAX_TIMEOUT_SECONDS, Priority, priorityValue } from './metadata.ts';
export { Money } from './money.ts';
export { type Address, AgentName, formatAddress, Owner, parseAddress } from './name.ts';
export { MAX_OBJECT_BYTES, ObjectRef } from './object-ref.ts';
export { Attachment, decodePrompt, encodePrompt, type IncomingPrompt, PromptRequest } from './prompt.ts';
export { type HandoffOutcome, HandoffRecord, type HandoffResult, RunResult, Usage } from './result.ts';
export { isAllowed, Scope } from './scope.ts';
export {
  ALL_HEARTBEATS,
  heartbeatSubject,
  promptSubject,
  registrySubject,
  statusSubject,
  supervisorSubject,
} from './subject.ts';
