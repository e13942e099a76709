import type { Logger } from 'pino';
import type { Source } from '../wire/envelope.ts';
import type { Message } from '../wire/message.ts';
import type { HandoffMetadata } from '../wire/metadata.ts';
import type { Money } from '../wire/money.ts';
import type { HandoffResult } from '../wire/result.ts';
import type { Budget } from './budget.ts';
import type { RunScope } from './port.ts';
import type { Speech } from './speech.ts';

/** What came with the handoff that an agent is answering. All of it is data from another agent, not instructions. */
export interface InboundHandoff {
  readonly source: Source;
  /** The first agent on the path: where the question entered the mesh. */
  readonly origin: string;
  readonly path: readonly string[];
  /** When the source sent it, milliseconds since the epoch by the source's clock. */
  readonly sentAt: number;
  readonly context: Readonly<Record<string, unknown>>;
  readonly metadata: HandoffMetadata;
}

/** How one question to another agent may differ from the run it is asked in. */
export interface QueryOptions {
  /** Facts for the target, read there as `context.inbound.context`. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Seconds the target has to answer; never longer than this run has left. */
  readonly timeout?: number;
  /** The most the target may have charged; never more than is left of this run's budget, which is the default. */
  readonly budget?: Money;
}

/** How one question to whoever asked may be bounded. */
export interface AskCallerOptions {
  /** Seconds to wait for the answer; never longer than this run has left. */
  readonly timeout?: number;
}

/** Asks another agent within a run. */
export type Query = (target: string, options: QueryOptions & { question: string }) => Promise<HandoffResult>;

export interface ContextOptions {
  readonly agentName: string;
  readonly messages: readonly Message[];
  readonly scope: RunScope;
  readonly inbound: InboundHandoff | undefined;
  /** Called when something is first logged. */
  log(): Logger;
  readonly query: Query;
  askCaller(prompt: string, options: AskCallerOptions): Promise<string>;
  readonly speech: Speech;
  /** What is kept of the conversation; called when it is first wanted. */
  state(): Record<string, unknown>;
  /** Default: a new one of the scope's. */
  readonly budget?: Budget | undefined;
}
