import { expect, it } from 'vitest';
import * as root from '../../src/index.ts';
import * as rules from '../../src/rules/index.ts';
import * as testing from '../../src/testing/index.ts';
import * as wire from '../../src/wire/index.ts';

// What is listed here is promised. A change of a list is a change of the API: it belongs in the changelog.

it('exports these values from @baton/runtime', () => {
  expect(Object.keys(root).sort()).toMatchInlineSnapshot(`
    [
      "AgentName",
      "BaseAgent",
      "BatonError",
      "DEFAULT_HEARTBEAT_MS",
      "DEFAULT_TIMEOUT_MS",
      "ERROR_CODES",
      "ErrorCode",
      "ErrorInfo",
      "HOOK_NAMES",
      "HandoffError",
      "HandoffMetadata",
      "HandoffMode",
      "HandoffRecord",
      "LOG_LEVELS",
      "Message",
      "Owner",
      "RunResult",
      "Skill",
      "Usage",
      "createLog",
      "defineSkill",
      "findBrokerFile",
      "findNatsServer",
      "formatAddress",
      "getContext",
      "handoff",
      "hook",
      "installHint",
      "isProcessAlive",
      "join",
      "loadKnowledge",
      "lookalikes",
      "parseAddress",
      "parseLogLevel",
      "removeBrokerFile",
      "resolveServer",
      "startNatsServer",
      "subjectOf",
      "termsOf",
      "textOf",
      "tool",
      "unseenText",
      "writeBrokerFile",
    ]
  `);
});

it('exports these values from @baton/runtime/wire', () => {
  expect(Object.keys(wire).sort()).toMatchInlineSnapshot(`
    [
      "ACK",
      "ALL_HEARTBEATS",
      "AgentCard",
      "AgentName",
      "Attachment",
      "BatonError",
      "BatonNote",
      "Caller",
      "Capability",
      "Chunk",
      "ContentPart",
      "DEFAULT_MAX_HOPS",
      "ENVELOPE_VERSION",
      "ERROR_CODES",
      "ERROR_CODE_HEADER",
      "ERROR_TEXT_HEADER",
      "Envelope",
      "ErrorBody",
      "ErrorCode",
      "ErrorInfo",
      "HandoffError",
      "HandoffId",
      "HandoffMetadata",
      "HandoffMode",
      "HandoffRecord",
      "HandoffStarted",
      "Heartbeat",
      "InstanceState",
      "MAX_OBJECT_BYTES",
      "MAX_TIMEOUT_SECONDS",
      "MISSED_BEATS",
      "Message",
      "Money",
      "ObjectRef",
      "Owner",
      "PROTOCOL_VERSION",
      "Priority",
      "PromptRequest",
      "RunRecord",
      "RunResult",
      "Scope",
      "ServiceInfo",
      "ServiceMetadata",
      "Source",
      "TERMINATOR",
      "Usage",
      "chunkText",
      "decodeChunks",
      "decodeError",
      "decodeHeartbeat",
      "decodePrompt",
      "encodeChunk",
      "encodeErrorBody",
      "encodeHeartbeat",
      "encodePrompt",
      "formatAddress",
      "headerText",
      "heartbeatSubject",
      "isAllowed",
      "lastUserText",
      "parseAddress",
      "parseEnvelope",
      "priorityValue",
      "promptSubject",
      "registrySubject",
      "statusSubject",
      "supervisorSubject",
      "textOf",
    ]
  `);
});

it('exports these values from @baton/runtime/testing', () => {
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "echoModel",
      "scriptedModel",
      "startBroker",
    ]
  `);
});

it('exports these values from @baton/runtime/rules', () => {
  expect(Object.keys(rules).sort()).toMatchInlineSnapshot(`
    [
      "BEAT_JITTER",
      "DEFAULT_CONCURRENCY",
      "InstanceTable",
      "LINE_MS",
      "Registry",
      "SWEEP_MS",
      "WAITING_PER_SLOT",
      "busyPauseMs",
      "patienceFor",
    ]
  `);
});
