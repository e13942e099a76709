import { type Logger, pino } from 'pino';
import { loadKnowledge } from '../model/knowledge.ts';
import type { Model } from '../model/model.ts';
import { resolveModel } from '../model/resolve-model.ts';
import type { Retriever } from '../model/retriever.ts';
import { AgentCard, Price } from '../wire/card.ts';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import type { Message } from '../wire/message.ts';
import { AgentName } from '../wire/name.ts';
import type { HandoffResult, RunResult } from '../wire/result.ts';
import { Scope } from '../wire/scope.ts';
import { Context, type InboundHandoff, type QueryOptions, withContext } from './context.ts';
import { ConversationStates } from './conversation-states.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { type Emit, iterate, type RunEvent } from './events.ts';
import { execute } from './execute.ts';
import { newScope, type RunOptions, toMessages } from './new-run.ts';
import { makePlan, type Plan, planFor } from './plan.ts';
import type { HandoffPort, RunScope } from './port.ts';
import { query } from './query.ts';
import type { Brain, Run } from './run.ts';
import { Skill, type SkillHost } from './skill.ts';
import { dependencyOrder } from './skill-order.ts';

export interface AgentOptions {
  /** One subject token: 1 to 63 of a-z, 0-9, `-` and `_`. */
  readonly name: string;
  /** What the agent is for, in a sentence: other agents and people read it in its card. */
  readonly description?: string;
  readonly instructions?: string;
  /** `provider/name`, or a `Model` of one's own. Without one the agent can only hand off. */
  readonly model?: string | Model;
  readonly skills?: Readonly<Record<string, Skill>>;
  /** A folder of Markdown articles, or a `Retriever` of one's own. */
  readonly knowledge?: string | URL | Retriever;
  /** Semantic version of the agent. Default `0.1.0`. */
  readonly version?: string;
  /** Runs one process takes on at a time, as announced. Default 16. */
  readonly concurrency?: number;
  /** Calls to the model in one run. Default 10. */
  readonly maxTurns?: number;
  /**
   * Handoffs by rule in one run: after each that succeeds its answer joins the conversation and the conditions are
   * asked again, until none says yes. The answer then comes as a whole. Default 1: the first answer is the run's.
   */
  readonly maxChain?: number;
  /** Only callers with this scope are answered; the agent itself refuses others. Default: everyone is. */
  readonly scope?: Scope;
  /** What one handoff to it costs, told in its card: whole minor units (cents) and currency. Default: nothing. */
  readonly price?: Price;
}

/** What the serving side hands in: a run that inherits its bounds from the envelope. */
export interface RunInput {
  readonly messages: readonly Message[];
  readonly scope: RunScope;
  readonly inbound: InboundHandoff | undefined;
}

/** An agent: instructions, a model, and skills. It runs without any bus, and on one once it is launched. */
export class BaseAgent {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly version: string;
  readonly concurrency: number;
  /** Whom it answers; undefined for everyone. */
  readonly scope: Scope | undefined;
  /** What one handoff to it costs; undefined for nothing. */
  readonly price: Price | undefined;
  readonly skills: Readonly<Record<string, Skill>>;
  readonly #knowledge: AgentOptions['knowledge'];
  readonly #order: readonly string[];
  readonly #plan: Plan;
  readonly #brain: Brain;
  readonly #maxChain: number;
  readonly #states = new ConversationStates();
  #ready: Promise<void> | undefined;
  #port: HandoffPort | undefined;
  #log: Logger = pino({ enabled: false });

  /** @throws {BatonError} INVALID_ARGUMENT for a wrong name or model, {TypeError} for skills that do not fit together. */
  constructor(options: AgentOptions) {
    const name = AgentName.safeParse(options.name);
    if (!name.success) {
      throw new BatonError(
        'INVALID_ARGUMENT',
        `agent name ${JSON.stringify(options.name)} ${name.error.issues[0]?.message}`,
      );
    }
    this.name = name.data;
    this.description = options.description ?? '';
    this.instructions = options.instructions ?? '';
    this.version = options.version ?? '0.1.0';
    this.concurrency = positive('concurrency', options.concurrency ?? 16);
    this.scope = validScope(options.scope);
    this.#maxChain = positive('maxChain', options.maxChain ?? 1);
    this.price = validPrice(options.price);
    this.skills = options.skills ?? {};
    this.#knowledge = options.knowledge;
    this.#brain = {
      instructions: this.instructions,
      model: resolveModel(options.model),
      knowledge: undefined,
      maxTurns: positive('maxTurns', options.maxTurns ?? 10),
    };
    this.#order = dependencyOrder(this.skills);
    this.#plan = makePlan(this.skills);
    const host = this.#host();
    for (const skill of Object.values(this.skills)) bindSkill(skill, host);
  }

  /** The model in use; undefined for an agent that only hands off. */
  get model(): Model | undefined {
    return this.#brain.model;
  }

  /** Puts the agent on a mesh. */
  attach(port: HandoffPort, log: Logger): void {
    this.#port = port;
    this.#log = log;
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

  /** Answers, or hands off. Whatever happens on the way, it resolves with exactly one result. */
  run(messages: string | readonly Message[], options: RunOptions = {}): Promise<RunResult> {
    return this.#start(messages, options, () => {});
  }

  /** As `run`, telling what happens on the way; the last event is the result. Leaving the loop cancels the run. */
  stream(messages: string | readonly Message[], options: RunOptions = {}): AsyncIterable<RunEvent> {
    return iterate((emit, signal) => this.#start(messages, { ...options, signal }, emit), options.signal);
  }

  /** One run with inherited bounds, of an agent that is prepared: what the serving side calls. Never rejects. */
  execute(input: RunInput, emit: Emit): Promise<RunResult> {
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
      skills: Object.keys(this.skills),
      tools: [...tools.values()].map(({ offer: { name, description } }) => ({ name, description })),
      handoffs: conditions.flatMap(({ target, description }) =>
        target ? [{ name: target, description }] : [],
      ),
    });
  }

  async #start(messages: string | readonly Message[], options: RunOptions, emit: Emit): Promise<RunResult> {
    await this.prepare();
    const { scope, deadline } = this.#openScope(options);
    using _ = deadline;
    return await this.execute({ messages: toMessages(messages), scope, inbound: undefined }, emit);
  }

  /** A question asked by a skill outside any run, on a timer say: it has bounds of its own. */
  async #askOutsideRun(target: string, question: string, options: QueryOptions): Promise<HandoffResult> {
    const { scope, deadline } = this.#openScope({});
    using _ = deadline;
    const run = this.#newRun({ messages: [], scope, inbound: undefined }, () => {});
    return await query(run, target, { question, ...options });
  }

  #openScope(options: RunOptions): { scope: RunScope; deadline: Deadline } {
    const bounds = newScope([`${this.#port?.owner ?? 'default'}/${this.name}`], options);
    const deadline = startDeadline(bounds.expiresAt, options.signal);
    return { scope: { ...bounds, signal: deadline.signal }, deadline };
  }

  async #prepare(): Promise<void> {
    const source = this.#knowledge;
    const isFolder = typeof source === 'string' || source instanceof URL;
    this.#brain.knowledge = isFolder ? await loadKnowledge(source) : source;
    for (const key of this.#order) await this.skills[key]?.initialize();
  }

  #newRun(input: RunInput, emit: Emit): Run {
    const { id, conversation } = input.scope;
    const log = this.#log.child({ conversation, run: id });
    const context: Context = new Context({
      agentName: this.name,
      log,
      query: (target, options) => query(run, target, options),
      state: () => this.#states.of(input.scope.caller.user, input.scope.conversation),
      ...input,
    });
    const run: Run = {
      context,
      plan: planFor(this.#plan, input.scope.caller),
      brain: this.#brain,
      port: this.#port,
      emit,
      maxChain: this.#maxChain,
      handoffs: [],
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
      skill(key) {
        const found = agent.skills[key];
        if (found) return found;
        throw new BatonError('FAILED_PRECONDITION', `agent "${agent.name}" has no skill "${key}"`);
      },
    };
  }
}

function bindSkill(skill: Skill, host: SkillHost): void {
  if (!skill.bind(host)) return;
  // A skill made inside another's constructor belongs to the same agent.
  for (const value of Object.values(skill)) if (value instanceof Skill) bindSkill(value, host);
}

function validScope(scope: Scope | undefined): Scope | undefined {
  const parsed = Scope.optional().safeParse(scope);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0]?.message;
  throw new BatonError('INVALID_ARGUMENT', `agent option "scope" ${JSON.stringify(scope)} ${problem}`);
}

function validPrice(price: Price | undefined): Price | undefined {
  const parsed = Price.optional().safeParse(price);
  if (parsed.success) return parsed.data;
  throw new BatonError('INVALID_ARGUMENT', `agent option "price" ${explainIssue(parsed.error)}`);
}

function positive(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new BatonError(
    'INVALID_ARGUMENT',
    `agent option "${option}" must be a positive integer, not ${value}`,
  );
}
