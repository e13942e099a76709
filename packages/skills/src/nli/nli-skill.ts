import { BatonError, type HandoffResult, type QueryOptions, Skill } from '@baton/runtime';
import pLimit, { type LimitFunction } from 'p-limit';

export interface NLIOptions {
  /** Questions of one run in flight at a time; more wait their turn. Default 16. */
  readonly maxInFlight?: number;
}

/** Asks other agents from inside a tool, a hook or a condition. */
export class NLISkill extends Skill {
  readonly #maxInFlight: number;
  /** By run; questions asked outside any run share one entry. */
  readonly #turns = new WeakMap<object, LimitFunction>();

  /** @throws {BatonError} INVALID_ARGUMENT when `maxInFlight` is no positive integer. */
  constructor({ maxInFlight = 16 }: NLIOptions = {}) {
    super();
    if (!Number.isInteger(maxInFlight) || maxInFlight < 1) {
      throw new BatonError(
        'INVALID_ARGUMENT',
        `"maxInFlight" must be a positive integer, not ${maxInFlight}`,
      );
    }
    this.#maxInFlight = maxInFlight;
  }

  /**
   * Asks an agent and waits for its answer. A skill that is part of an agent never rejects: an unknown, dead, slow or
   * failing agent is a result with `success: false` and an `error`. Within a run the question inherits its
   * conversation, deadline, path and user; `timeout` counts from its turn.
   * @throws {BatonError} FAILED_PRECONDITION while this skill is not part of an agent.
   */
  async queryAgent(name: string, question: string, options: QueryOptions = {}): Promise<HandoffResult> {
    return await this.#turnsOf(this.#run())(() => this.query(name, question, options));
  }

  #run(): object {
    try {
      return this.getContext();
    } catch {
      return this;
    }
  }

  #turnsOf(run: object): LimitFunction {
    const known = this.#turns.get(run);
    if (known) return known;
    const turns = pLimit(this.#maxInFlight);
    this.#turns.set(run, turns);
    return turns;
  }
}
