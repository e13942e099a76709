import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';

/** Calls `work` as the first step of each run. */
export class Step extends Skill {
  readonly #work: (context: Context) => unknown;

  constructor(work: (context: Context) => unknown) {
    super();
    this.#work = work;
  }

  @hook('on_message')
  step(context: Context): unknown {
    return this.#work(context);
  }
}

/** Hands every question to `back`. */
export class ToBack extends Skill {
  @handoff('back')
  always(): boolean {
    return true;
  }
}
