// Compiled, never run: what the decorators must accept, and what they must refuse.
import { z } from 'zod';
import { BaseAgent, type Context, handoff, hook, Skill, tool } from '../../src/index.ts';

export class Accepted extends Skill {
  readonly #secret = 1;

  @handoff('finance')
  withoutParameters() {
    return true;
  }

  @handoff('finance', { description: 'money', metadata: { priority: 'high', timeout: 30, price: 5 } })
  async asynchronous(query: string, context: Context) {
    return query.length > context.messages.length + this.#secret;
  }

  @handoff('finance')
  undecided(query: string): boolean | null | undefined {
    return query ? null : undefined;
  }

  @handoff()
  dynamic(query: string): string | null {
    return query || null;
  }

  @handoff(undefined, { metadata: { priority: 7 } })
  async dynamicLater(): Promise<string | undefined> {
    return undefined;
  }

  @handoff({ description: 'whoever fits' })
  dynamicDescribed(query: string): string | null {
    return query || null;
  }

  @hook('before_handoff', { priority: 10 })
  prepare(context: Context) {
    context.handoffContext.intent = 'buy';
    return context;
  }

  @hook('after_handoff')
  async look(context: Context) {
    if (!context.handoffResult?.success) context.handoffResult = { success: true, response: 'mine' };
  }

  @tool
  bare() {
    return { any: 'value' };
  }

  @tool
  async withArguments({ topic }: { topic: string }, context: Context) {
    return [topic, context.agentName];
  }

  @tool({ description: 'Adds.', parameters: z.object({ a: z.number(), b: z.string().optional() }) })
  typed({ a, b }: { a: number; b?: string | undefined }) {
    return `${a}${b ?? ''}`;
  }
}

export class Refused extends Skill {
  // @ts-expect-error: with a target the answer is yes or no, not a name
  @handoff('finance')
  namesATarget(): string {
    return 'finance';
  }

  // @ts-expect-error: without a target the answer is a name, not yes or no
  @handoff()
  namesNone(): boolean {
    return true;
  }

  // @ts-expect-error: the first parameter is the question
  @handoff('finance')
  takesANumber(query: number) {
    return query > 1;
  }

  // @ts-expect-error: there is no such priority
  @handoff('finance', { metadata: { priority: 'urgent' } })
  urgent() {
    return true;
  }

  // @ts-expect-error: a timeout is a number of seconds
  @handoff('finance', { metadata: { timeout: '30' } })
  soon() {
    return true;
  }

  // @ts-expect-error: there is no such mode
  @handoff('finance', { mode: 'teleport' })
  elsewhere() {
    return true;
  }

  // @ts-expect-error: a handoff is written with parentheses
  @handoff
  bareHandoff() {
    return true;
  }

  // @ts-expect-error: there is no such hook
  @hook('before_lunch')
  lunch() {}

  // @ts-expect-error: a hook is given the context, not a string
  @hook('on_message')
  takesText(text: string) {
    return text;
  }

  // @ts-expect-error: the arguments are those of the schema
  @tool({ description: 'Adds.', parameters: z.object({ a: z.number() }) })
  mistyped({ a }: { a: string }) {
    return a;
  }

  // @ts-expect-error: a tool with parameters has a description
  @tool({ parameters: z.object({}) })
  undescribed() {}

  // @ts-expect-error: only methods can be decorated
  @tool
  field = 1;
}

new BaseAgent({ name: 'x', skills: { accepted: new Accepted() } });
// @ts-expect-error: an agent has a name
new BaseAgent({ skills: {} });
// @ts-expect-error: skills are skills
new BaseAgent({ name: 'x', skills: { a: {} } });
// @ts-expect-error: there is no such option
new BaseAgent({ name: 'x', mood: 'good' });
