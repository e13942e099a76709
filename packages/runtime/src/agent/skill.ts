import type { Logger } from 'pino';
import { BatonError } from '../wire/error.ts';
import type { HandoffResult } from '../wire/result.ts';
import { type Context, findContext, getContext } from './context.ts';
import type { QueryOptions } from './context-options.ts';
import { readDependency } from './dependency.ts';
import type { HandoffPort } from './port.ts';

/** What a skill sees of the agent that owns it. */
export interface SkillHost {
  readonly agentName: string;
  readonly log: Logger;
  /** @throws {BatonError} FAILED_PRECONDITION before the agent is launched on a mesh. */
  port(): HandoffPort;
  /** Asks an agent outside any run. Never rejects. */
  query(target: string, question: string, options: QueryOptions): Promise<HandoffResult>;
  /** The skill the agent lists under a key. */
  skill(key: string): Skill | undefined;
}

export interface SkillOptions {
  /**
   * Keys of sibling skills this one needs; checked when the agent is made, initialised before this one. With a `?` at
   * its end, as in `discovery?`, a sibling may be missing.
   */
  readonly dependencies?: readonly string[];
}

/**
 * A piece of an agent: handoff conditions, hooks and tools on one class. It may be built before any agent
 * exists, and be held in a field of another skill: it is bound to its agent later. Of one that is only held the hooks
 * are called; its conditions and tools are not the agent's.
 */
export class Skill {
  readonly dependencies: readonly string[];
  #host: SkillHost | undefined;

  /** @throws {TypeError} for dependencies that are no array of keys. */
  constructor({ dependencies = [] }: SkillOptions = {}) {
    const isKeys = Array.isArray(dependencies) && dependencies.every((key) => typeof key === 'string');
    if (!isKeys)
      throw new TypeError(`"dependencies" must be an array of keys, such as ['nli', 'discovery?']`);
    this.dependencies = dependencies;
  }

  /** Called once, when the agent starts, after the skills this one depends on and those it holds. */
  initialize(): Promise<void> | void {}

  /** Binds the skill to its agent, which keeps it. @throws {TypeError} when it belongs to another. */
  bind(host: SkillHost): void {
    if (this.#host) {
      throw new TypeError(
        `one ${this.constructor.name} is used by two agents, "${this.#host.agentName}" and "${host.agentName}"; give each its own`,
      );
    }
    this.#host = host;
  }

  /** Whether the skill belongs to an agent already. */
  get bound(): boolean {
    return this.#host !== undefined;
  }

  /** The agent this skill belongs to. @throws {BatonError} FAILED_PRECONDITION before it belongs to one. */
  protected get host(): SkillHost {
    if (this.#host) return this.#host;
    throw new BatonError('FAILED_PRECONDITION', `${this.constructor.name} is not part of an agent yet`);
  }

  /** The way to other agents. @throws {BatonError} FAILED_PRECONDITION before the agent is launched. */
  protected get port(): HandoffPort {
    return this.host.port();
  }

  /** A sibling skill that may be missing, by its key and a `?`. */
  protected skill<T extends Skill = Skill>(key: `${string}?`): T | undefined;
  /** A sibling skill by its key. @throws {BatonError} FAILED_PRECONDITION when there is none. */
  protected skill<T extends Skill = Skill>(key: string): T;
  protected skill(text: string): Skill | undefined {
    const { key, isOptional } = readDependency(text);
    const found = this.host.skill(key);
    if (found || isOptional) return found;
    throw new BatonError('FAILED_PRECONDITION', `agent "${this.host.agentName}" has no skill "${key}"`);
  }

  /** The context of the current run. @throws {BatonError} FAILED_PRECONDITION outside a run. */
  protected getContext(): Context {
    return getContext();
  }

  /** Asks an agent: within the current run, whose bounds it inherits, or outside any. Never rejects. */
  protected query(target: string, question: string, options: QueryOptions = {}): Promise<HandoffResult> {
    const context = findContext();
    return context ? context.query(target, question, options) : this.host.query(target, question, options);
  }

  /**
   * Whether the registry sees a live instance of an agent that takes work, this one's own included: at once, from what
   * was last heard. One that has just died still seems to be there.
   * @throws {BatonError} INVALID_ARGUMENT for what is no agent's name.
   */
  protected isAgentAvailable(name: string): boolean {
    return this.port.isAvailable(name);
  }

  /** As `isAgentAvailable`, by asking the agent: within a second, at once when nobody is there. */
  protected pingAgent(name: string): Promise<boolean> {
    return this.port.ping(name);
  }
}
