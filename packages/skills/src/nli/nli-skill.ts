import { type HandoffResult, type QueryOptions, Skill } from '@baton/runtime';

/** Asks other agents from inside a tool, a hook or a condition. */
export class NLISkill extends Skill {
  /**
   * Asks an agent and waits for its answer. Never rejects: an unknown, dead, slow or failing agent is a result with
   * `success: false` and an `error`. Within a run the question inherits its conversation, deadline, path and user.
   */
  queryAgent(name: string, question: string, options: QueryOptions = {}): Promise<HandoffResult> {
    return this.query(name, question, options);
  }
}
