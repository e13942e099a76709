import type { Logger } from 'pino';
import { loadKnowledge } from '../model/load-knowledge.ts';
import type { Model } from '../model/model.ts';
import { resolveModel } from '../model/resolve-model.ts';
import { AgentCard, type Price } from '../wire/card.ts';
import { BatonError } from '../wire/error.ts';
import type { Message } from '../wire/message.ts';
import type { HandoffResult, RunResult } from '../wire/result.ts';
import type { Scope } from '../wire/scope.ts';
import { type AgentOptions, readSettings } from './agent-options.ts';
import { answerQueries } from './answer-queries.ts';
import { askCaller } from './ask-caller.ts';
import { Context, withContext } from './context.ts';
import type { InboundHandoff, QueryOptions } from './context-options.ts';
import { ConversationStates } from './conversation-states.ts';
import { Deadline } from './deadline.ts';
import { type Emit, iterate, type ProgressEvent, type RunEvent } from './events.ts';
import { execute } from './execute.ts';
import { checkToolNames } from './handoff-tools.ts';
import { checkOptions, newScope, type RunOptions, splitSignal } from './new-run.ts';
import { makeOutput } from './output.ts';
import { makePlan, type Plan, planFor } from './plan.ts';
import type { HandoffPort, RunScope } from './port.ts';
import { query } from './query.ts';
import { toMessages } from './read-messages.ts';
import type { Brain, Run } from './run.ts';
import { silentLog } from './silent-log.ts';
import type { Skill, SkillHost } from './skill.ts';
import { skillMembers } from './skill-members.ts';
import { initialOrder } from './skill-order.ts';
import { Speech } from './speech.ts';
import { UsageMeter } from './usage-meter.ts';

/** What the serving side hands in: a run that inherits its bounds from the envelope. */
export interface RunInput {
  readonly messages: readonly Message[];
  readonly scope: RunScope;
  readonly inbound: InboundHandoff | undefined;
  /** Of a log that names the conversation and the handoff already. Default: the agent's own, told both. */
  readonly log?: () => Logger;
}

/** An agent: instructions, a model, and skills. It runs without any bus, and on one once it is launched. */
export class BaseAgent {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly version: string;
  readonly concurrency: number;
  readonly stallMs: number;
  /** Whom it answers; undefined for everyone. */
  readonly scope: Scope | undefined;
  /** Asking it the same twice does no harm. */
  readonly idempotent: boolean | undefined;
  /** What one handoff to it costs; undefined for nothing. */
  readonly price: Price | undefined;
  readonly skills: Readonly<Record<string, Skill>>;
  readonly #knowledge: AgentOptions['knowledge'];
  /** In the order in which they are initialised; those that others hold are among them. */
  readonly #order: readonly Skill[];
  readonly #plan: Plan;
  readonly #brain: Brain;
  readonly #maxChain: number;
  readonly #states = new ConversationStates();
  #ready: Promise<void> | undefined;
  #port: HandoffPort | undefined;
  #log: Logger = silentLog();
  /** Resolves when the mesh it was put on is known; undefined once it is, and for an agent that needs nobody. */
  #known: Promise<void> | undefined;

  /**
   * @throws {BatonError} INVALID_ARGUMENT for a wrong name, model or output schema, FAILED_PRECONDITION for an output
   * schema that the model cannot fill, {TypeError} for skills that do not fit together.
   */
  constructor(options: AgentOptions) {
    const settings = readSettings(options);
    this.name = settings.name;
    this.description = settings.description;
    this.instructions = settings.instructions;
    this.version = settings.version;
    this.concurrency = settings.concurrency;
    this.stallMs = settings.stallMs;
    this.scope = settings.scope;
    this.price = settings.price;
    this.idempotent = settings.idempotent;
    this.#maxChain = settings.maxChain;
    this.skills = options.skills ?? {};
    this.#knowledge = options.knowledge;
    const model = resolveModel(options.model ?? (options.knowledge && 'local/extractive'));
    this.#brain = {
      instructions: this.instructions,
      model,
      knowledge: undefined,
      handoffs: settings.handoffs,
      maxTurns: settings.maxTurns,
      output: options.output && makeOutput(options.output, model),
    };
    const members = skillMembers(this.skills);
    this.#order = initialOrder(members, this.skills).map(({ skill }) => skill);
    this.#plan = makePlan(members);
    checkToolNames({ plan: this.#plan, brain: this.#brain });
    const host = this.#host();
    for (const skill of this.#order) skill.bind(host);
  }

  /** The model in use; undefined for an agent that only hands off. */
  get model(): Model | undefined {
    return this.#brain.model;
  }

  /** Puts the agent on a mesh. One that may hand off begins no run before `known` resolves: who is there is known then. */
  attach(port: HandoffPort, log: Logger, known?: Promise<void>): void {
    this.#port = port;
    this.#log = log;
    const needsOthers = this.#order.length > 0 || this.#brain.handoffs.length > 0;
    if (!needsOthers) return;
    this.#known = known?.then(() => {
      this.#known = undefined;
    });
  }

  /**
   * Loads knowledge and initialises skills, dependencies first; once, however often it is called, and anew after it
   * has failed.
   */
  prepare(): Promise<void> {
    this.#ready ??= this.#prepare().catch((thrown: unknown) => {
      this.#ready = undefined;
      throw thrown;
    });
    return this.#ready;
  }

  /**
   * Answers, or hands off. Whatever happens on the way, it resolves with exactly one result.
   * @throws {BatonError} INVALID_ARGUMENT, before anything is done, for a question or an option that is none.
   */
  run(messages: string | readonly Message[], options: RunOptions = {}): Promise<RunResult> {
    return this.#start(messages, options, () => {});
  }

  /** As `run`, telling what happens on the way; the last event is the result. Leaving the loop cancels the run. */
  stream(messages: string | readonly Message[], options: RunOptions = {}): AsyncIterable<RunEvent> {
    const { parent, withSignal } = splitSignal(options);
    return iterate((tell, signal) => this.#start(messages, withSignal(signal), tell), parent);
  }

  /** One run with inherited bounds, of an agent that is prepared: what the serving side calls. Never rejects. */
  execute(input: RunInput, emit: Emit): Promise<RunResult> {
    if (this.#known !== undefined) return this.#known.then(() => this.execute(input, emit));
    const run = this.#newRun(input, emit);
    const hasSkills = this.#order.length > 0;
    return hasSkills ? withContext(run.context, () => execute(run)) : execute(run);
  }

  /** What the agent tells the mesh about itself. */
  card(owner: string): AgentCard {
    const { conditions, tools } = this.#plan;
    return AgentCard.parse({
      name: this.name,
      owner,
      description: this.description,
      version: this.version,
      scope: this.scope,
      price: this.price,
      idempotent: this.idempotent,
      skills: Object.keys(this.skills),
      tools: [...tools.values()].map(({ offer: { name, description } }) => ({ name, description })),
      handoffs: conditions.flatMap(({ target, description }) =>
        target ? [{ name: target, description }] : [],
      ),
    });
  }

  async #start(
    messages: string | readonly Message[],
    options: RunOptions,
    tell: (event: ProgressEvent) => void,
  ): Promise<RunResult> {
    checkOptions(options);
    const asked = toMessages(messages);
    await this.prepare();
    const start = async (emit: Emit, signal: AbortSignal | undefined) => {
      const { scope, deadline } = this.#openScope({ ...options, ...(signal && { signal }) });
      using _ = deadline;
      return await this.execute({ messages: asked, scope, inbound: undefined }, emit);
    };
    return await answerQueries({ onQuery: options.onQuery, signal: options.signal }, start, tell);
  }

  /** A question asked by a skill outside any run, on a timer say: it has bounds of its own. */
  async #askOutsideRun(target: string, question: string, options: QueryOptions): Promise<HandoffResult> {
    await this.#known;
    const { scope, deadline } = this.#openScope({});
    using _ = deadline;
    const run = this.#newRun({ messages: [], scope, inbound: undefined }, () => {});
    return await query(run, target, { question, ...options });
  }

  #openScope(options: RunOptions): { scope: RunScope; deadline: Deadline } {
    const bounds = newScope([`${this.#port?.owner ?? 'default'}/${this.name}`], options);
    const deadline = new Deadline(bounds.expiresAt, options.signal);
    return { scope: { ...bounds, signal: deadline }, deadline };
  }

  async #prepare(): Promise<void> {
    const source = this.#knowledge;
    const isFolder = typeof source === 'string' || source instanceof URL;
    this.#brain.knowledge = isFolder ? await loadKnowledge(source) : source;
    for (const skill of this.#order) await skill.initialize();
  }

  #newRun(input: RunInput, emit: Emit): Run {
    const { messages, scope, inbound } = input;
    const { id, conversation, caller } = scope;
    const speech = new Speech(emit);
    // Written out, here and wherever a run passes: an object made by a spread and more costs a hidden class each time.
    const context: Context = new Context({
      messages,
      scope,
      inbound,
      agentName: this.name,
      log: input.log ?? (() => this.#log.child({ conversation, handoff: id })),
      query: (target, options) => query(run, target, options),
      askCaller: (prompt, options) => askCaller(run, prompt, options),
      speech,
      state: () => this.#states.of(caller.user, conversation),
    });
    const run: Run = {
      context,
      plan: planFor(this.#plan, caller),
      brain: this.#brain,
      port: this.#port,
      emit: speech.emit,
      speech,
      mayTransfer: true,
      maxChain: this.#maxChain,
      handoffs: [],
      usage: new UsageMeter(),
    };
    return run;
  }

  #host(): SkillHost {
    const agent = this;
    return {
      agentName: this.name,
      get log() {
        return agent.#log;
      },
      port() {
        if (agent.#port) return agent.#port;
        throw new BatonError('FAILED_PRECONDITION', `agent "${agent.name}" is not on a mesh yet`);
      },
      query: (target, question, options) => agent.#askOutsideRun(target, question, options),
      skill: (key) => (Object.hasOwn(agent.skills, key) ? agent.skills[key] : undefined),
    };
  }
}
