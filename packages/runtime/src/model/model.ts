import type { Passage } from './retriever.ts';

/** A tool the model asked for. */
export interface ModelToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text as the model wrote it: it may be malformed, whoever calls the tool checks it. */
  readonly arguments: string;
}

/** One turn of the conversation, as a model sees it. A `tool` message answers the call with the same id. */
export type ModelMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls?: readonly ModelToolCall[] }
  | { readonly role: 'tool'; readonly toolCallId: string; readonly content: string };

/** A tool on offer. */
export interface ModelTool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The form an answer is to have. */
export interface ModelOutput {
  /** 1 to 64 letters, digits, `-` and `_`. */
  readonly name: string;
  /** JSON Schema of the answer, an object. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Everything one turn of a model may use. */
export interface ModelRequest {
  /** The agent's instructions; they come before every message. */
  readonly instructions: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  /** What the agent's knowledge holds about the question, best first. */
  readonly passages: readonly Passage[];
  /** Titles of everything the agent's knowledge holds. */
  readonly topics: readonly string[];
  /** When given, the answer is one JSON value of this form; whoever asks checks it. */
  readonly output?: ModelOutput;
  /** Aborted when the answer is no longer wanted; a model then stops at once. */
  readonly signal: AbortSignal;
}

/** What a model produces, in order. `arguments` of a tool call are complete when it is yielded. */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | ({ readonly type: 'tool_call' } & ModelToolCall)
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number };

/** What a model said in one turn, and the tools it asked for. */
export interface ModelTurn {
  /** As the `on_chunk` hooks left it. */
  readonly said: string;
  readonly calls: readonly ModelToolCall[];
}

/** A source of answers. Implement it to bring any model; it knows nothing of agents, buses or handoffs. */
export interface Model {
  /** `provider/name`. */
  readonly name: string;
  /** False for a model that cannot answer in JSON of a given form; agents with an output schema refuse it. Default true. */
  readonly structured?: boolean;
  /**
   * Answers one turn, yielding pieces as they are produced.
   * @throws {BatonError} while iterating; CANCELLED, or the error the signal was aborted with, once it is aborted
   */
  generate(request: ModelRequest): AsyncIterable<ModelEvent>;
}
