export { BaseAgent } from './agent/agent.ts';
export type { AgentOptions } from './agent/agent-options.ts';
export type { Budget } from './agent/budget.ts';
export { type Context, getContext } from './agent/context.ts';
export type { AskCallerOptions, InboundHandoff, QueryOptions } from './agent/context-options.ts';
export type { ToolCall } from './agent/current-tool-call.ts';
export {
  type HandoffOptions,
  type HookOptions,
  handoff,
  hook,
  type ToolOptions,
  tool,
} from './agent/decorators.ts';
export {
  defineSkill,
  type PlainHandoff,
  type PlainHook,
  type PlainSkill,
  type PlainTool,
  type SkillDefinition,
} from './agent/define-skill.ts';
export { HOOK_NAMES, type HookName } from './agent/definitions.ts';
export { type RunEvent, unseenText } from './agent/events.ts';
export { DEFAULT_TIMEOUT_MS, type OnQuery, type RunOptions } from './agent/new-run.ts';
export type { HandoffPort, Peer, Store, StoreOptions } from './agent/port.ts';
export { Skill, type SkillHost, type SkillOptions } from './agent/skill.ts';
export {
  type BrokerFile,
  type FoundBroker,
  findBrokerFile,
  removeBrokerFile,
  writeBrokerFile,
} from './bus/broker/broker-file.ts';
export { type FindOptions, findNatsServer, type NatsServerBinary } from './bus/broker/find.ts';
export { installHint } from './bus/broker/install-hint.ts';
export { isProcessAlive } from './bus/broker/process-alive.ts';
export { type ResolvedServer, type ResolveOptions, resolveServer } from './bus/broker/resolve-server.ts';
export { type Exit, type NatsServer, type StartOptions, startNatsServer } from './bus/broker/start.ts';
export type { Backlog } from './bus/work-queue.ts';
export type { AskOptions } from './handoff/ask.ts';
export type { DeadLetters } from './handoff/durable/dead-letters.ts';
export type { DurableOptions } from './handoff/durable/spaces.ts';
export type { LaunchedAgent } from './launched-agent.ts';
export { createLog, LOG_LEVELS, type LogLevel, type LogOptions, parseLogLevel } from './log.ts';
export { DEFAULT_HEARTBEAT_MS, type JoinOptions, join, type Mesh } from './mesh.ts';
export { loadKnowledge } from './model/load-knowledge.ts';
export type {
  Model,
  ModelEvent,
  ModelMessage,
  ModelOutput,
  ModelRequest,
  ModelTool,
  ModelToolCall,
  ModelTurn,
} from './model/model.ts';
export type { Passage, Retriever, SearchOptions } from './model/retriever.ts';
export { subjectOf, termsOf } from './model/terms.ts';
export type { InstanceDetails, InstanceView } from './registry/instance-table.ts';
export { lookalikes } from './registry/lookalike.ts';
export type { AgentView } from './registry/registry.ts';
export {
  type Address,
  AgentName,
  BatonError,
  type DeadLetter,
  ERROR_CODES,
  ErrorCode,
  ErrorInfo,
  formatAddress,
  HandoffError,
  HandoffMetadata,
  HandoffMode,
  type HandoffOutcome,
  HandoffRecord,
  type HandoffResult,
  Message,
  type Money,
  Owner,
  parseAddress,
  RunResult,
  textOf,
  Usage,
} from './wire/index.ts';
