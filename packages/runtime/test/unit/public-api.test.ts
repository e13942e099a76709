import { expect, it } from 'vitest';
import * as root from '../../src/index.ts';
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
      "createLog",
      "findBrokerFile",
      "findNatsServer",
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
      "HandoffMetadata",
      "HandoffMode",
      "HandoffRecord",
      "HandoffStarted",
      "Heartbeat",
      "InstanceState",
      "MAX_TIMEOUT_SECONDS",
      "MISSED_BEATS",
      "Message",
      "Owner",
      "PROTOCOL_VERSION",
      "Priority",
      "PromptRequest",
      "RunResult",
      "ServiceInfo",
      "ServiceMetadata",
      "Source",
      "TERMINATOR",
      "chunkText",
      "decodeChunk",
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
