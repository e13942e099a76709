import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import type { ModelTurn } from '../model/model.ts';
import { BatonError } from '../wire/error.ts';
import type { Message } from '../wire/message.ts';
import { describeValue } from '../wire/name.ts';
import type { HandoffOutcome, HandoffResult, RunResult } from '../wire/result.ts';
import { Budget } from './budget.ts';
import type {
  AskCallerOptions,
  ContextOptions,
  InboundHandoff,
  Query,
  QueryOptions,
} from './context-options.ts';
import { currentToolCall, type ToolCall } from './current-tool-call.ts';
import type { RunScope } from './port.ts';
import { readMessages } from './read-messages.ts';
import type { Speech } from './speech.ts';
import { StepMemory } from './step-memory.ts';
import { asAbortSignal } from './stop.ts';

/**
 * What hooks, conditions and tools share during one run. Two runs never share one. Only `handoffContext`
 * and `handoffMetadata` cross the bus; what is set by `set` stays here.
 */
export class Context {
  readonly agentName: string;
  readonly scope: RunScope;
  /** Set when this run answers a handoff. */
  readonly inbound: InboundHandoff | undefined;
  /** What this run and its handoffs may still spend; undefined when nobody set a bound. */
  readonly budget: Budget | undefined;

  /** Id of the handoff being prepared or just done, also its idempotency key. */
  handoffId: string | undefined;
  /** The target of the handoff being prepared or just done; a `before_handoff` hook may change it. */
  handoffAgent: string | undefined;
  /** Written by `before_handoff` hooks, read by the target as `context.inbound.context`. */
  handoffContext: Record<string, unknown> = {};
  /** As `handoffContext`, beside the handoff's own metadata, which it may override. */
  handoffMetadata: Record<string, unknown> = {};
  /** What the handoff yielded; an `after_handoff` hook may replace it. */
  handoffResult: HandoffOutcome | undefined;
  /** What this agent learnt and tells its source with the result. */
  insights: Record<string, unknown> = {};
  /** What the run yielded; set before `finalize_connection`, which cannot change it. */
  result: RunResult | undefined;
  /** The piece of text an `on_chunk` hook may rewrite. */
  chunk = '';
  /** What the model said in its latest turn, and the tools it asked for; set before `after_llm_call`. */
  modelTurn: ModelTurn | undefined;

  readonly #query: Query;
  readonly #askCaller: ContextOptions['askCaller'];
  readonly #speech: Speech;
  readonly #state: () => Record<string, unknown>;
  readonly #makeLog: () => Logger;
  #log: Logger | undefined;
  /** Made when they are first wanted; shared with forks. */
  #kept: { values?: Map<string, unknown>; memory?: StepMemory } = {};
  #messages: readonly Message[];
  #answer: string | undefined;
  /** Questions under way. */
  #asked = 0;

  constructor(options: ContextOptions) {
    this.agentName = options.agentName;
    this.#messages = options.messages;
    this.scope = options.scope;
    this.inbound = options.inbound;
    this.#makeLog = options.log;
    this.budget = options.budget ?? (options.scope.budget && new Budget(options.scope.budget));
    this.#query = options.query;
    this.#askCaller = options.askCaller;
    this.#speech = options.speech;
    this.#state = options.state;
  }

  /** Names the agent, the conversation and the handoff. */
  get log(): Logger {
    this.#log ??= this.#makeLog();
    return this.#log;
  }

  /**
   * The tool call that this code is part of: of the hooks around it, of the tool and of what it calls. Several that are
   * under way at once each see their own. Undefined anywhere else.
   */
  get toolCall(): ToolCall | undefined {
    return currentToolCall();
  }

  /**
   * The conversation this run answers; an `on_connection` hook may put earlier messages before it, and a
   * `before_llm_call` hook decide what of it the model is shown.
   */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** @throws {BatonError} INVALID_ARGUMENT for what is no list of messages. */
  set messages(messages: readonly Message[]) {
    this.#messages = readMessages(messages, 'context.messages');
  }

  /**
   * The whole answer, when an `on_connection` or `on_message` hook sets it: no condition is asked then and no model.
   */
  get answer(): string | undefined {
    return this.#answer;
  }

  /** @throws {BatonError} INVALID_ARGUMENT for what is no text. */
  set answer(answer: string | undefined) {
    if (answer !== undefined && typeof answer !== 'string') {
      throw new BatonError(
        'INVALID_ARGUMENT',
        `"context.answer" must be a text, not ${describeValue(answer)}`,
      );
    }
    this.#answer = answer;
  }

  get conversation(): string {
    return this.scope.conversation;
  }

  /** The user on whose behalf all this happens; undefined when nobody is named. */
  get peerUserId(): string | undefined {
    return this.scope.caller.user;
  }

  /** Aborted when the answer is no longer wanted or its deadline has passed. */
  get signal(): AbortSignal {
    return asAbortSignal(this.scope.signal);
  }

  /** Time left until the answer is due, milliseconds, never negative. */
  get remainingMs(): number {
    return Math.max(0, this.scope.expiresAt - Date.now());
  }

  /**
   * Asks another agent and waits for its answer. Never rejects: an unknown, dead, slow or failing agent is a
   * result with `success: false`. The question inherits this run's conversation, deadline, path and user.
   */
  query(target: string, question: string, options: QueryOptions = {}): Promise<HandoffResult> {
    return this.#whileAsking(this.#query(target, { question, ...options }));
  }

  /** Another agent, or whoever asked, has been asked and has not answered yet. */
  get isAsking(): boolean {
    return this.#asked > 0;
  }

  /** Whether whoever asked answers questions in mid-stream. */
  get canAskCaller(): boolean {
    return this.scope.canAnswer;
  }

  /**
   * Asks whoever asked, through however many agents, and waits for the answer.
   * @throws {BatonError} FAILED_PRECONDITION when the caller answers no questions (`canAskCaller`), DEADLINE_EXCEEDED,
   * INVALID_ARGUMENT for an empty question or a timeout that is none.
   */
  askCaller(prompt: string, options: AskCallerOptions = {}): Promise<string> {
    return this.#whileAsking(this.#askCaller(prompt, options));
  }

  /**
   * Tells whoever asked something at once: it goes out before what the agent answers, and is part of its response, set
   * apart by a blank line. It is the author's own text: `on_chunk` hooks do not see it. A run that was given up says nothing.
   * @throws {BatonError} INVALID_ARGUMENT for what is no text, FAILED_PRECONDITION once the run has its result.
   */
  say(text: string): void {
    if (typeof text !== 'string') {
      throw new BatonError('INVALID_ARGUMENT', `say() needs a text, not a value of type ${typeof text}`);
    }
    if (this.#speech.isOver) {
      throw new BatonError('FAILED_PRECONDITION', 'the run is over: nobody would hear what is said now');
    }
    if (!this.scope.signal.aborted) this.#speech.say(text);
  }

  /**
   * The author's own values for this conversation of this user, from run to run in this process; with a
   * `MemorySkill`, on every replica.
   */
  get state(): Record<string, unknown> {
    return this.#state();
  }

  /** A context of the same run for a handoff beside others: what is set, learnt and kept is shared, the rest is its own. */
  fork(messages: readonly Message[]): Context {
    const { agentName, scope, inbound } = this;
    const fork = new Context({
      agentName,
      messages,
      scope,
      inbound,
      log: () => this.log,
      query: this.#query,
      askCaller: this.#askCaller,
      speech: this.#speech,
      state: this.#state,
      budget: this.budget,
    });
    fork.#kept = this.#kept;
    fork.insights = this.insights;
    return fork;
  }

  /**
   * Does something once in this run, and returns what it yielded, as JSON keeps it. In a durable run that holds
   * for all its attempts: one that is carried out again finds what was kept. A process that dies between the
   * effect and the note of it does it again: hand `idempotencyKey`, the same each time, to whom it matters.
   * What throws has not happened.
   */
  once<T>(key: string, effect: (idempotencyKey: string) => T | Promise<T>): Promise<T> {
    this.#kept.memory ??= new StepMemory(this.scope.id);
    return (this.scope.journal ?? this.#kept.memory).once(key, effect);
  }

  /**
   * Says that this run is getting on. A durable run of which nothing is seen for `stallMs` (text, tools, handoffs,
   * steps done once) is taken for hung.
   */
  progress(): void {
    this.scope.journal?.progress();
  }

  async #whileAsking<T>(answer: Promise<T>): Promise<T> {
    this.#asked += 1;
    try {
      return await answer;
    } finally {
      this.#asked -= 1;
    }
  }

  /** The author's own values, for this run alone. */
  get<T = unknown>(key: string): T | undefined {
    return this.#kept.values?.get(key) as T | undefined;
  }

  set(key: string, value: unknown): void {
    this.#kept.values ??= new Map();
    this.#kept.values.set(key, value);
  }
}

const current = new AsyncLocalStorage<Context>();

/** Runs `body` so that `getContext()` inside it, however deep, finds this context. */
export function withContext<T>(context: Context, body: () => T): T {
  return current.run(context, body);
}

/**
 * The context of the run this code is part of, across awaits and timers. Runs of an agent without skills are not
 * tracked, which costs every run something; its model finds none.
 * @throws {BatonError} FAILED_PRECONDITION outside a run.
 */
export function getContext(): Context {
  const context = current.getStore();
  if (context) return context;
  const problem = 'outside a run, or in a run of an agent without skills, which is not tracked';
  throw new BatonError('FAILED_PRECONDITION', `getContext() was called ${problem}`);
}

/** As `getContext()`, undefined outside a run. */
export function findContext(): Context | undefined {
  return current.getStore();
}
