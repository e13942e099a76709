import { expect, it } from 'vitest';
import { z } from 'zod';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { hook, tool } from '../../../src/agent/decorators.ts';
import { defineSkill } from '../../../src/agent/define-skill.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { type ScriptedModel, scriptedModel } from '../../../src/testing/models.ts';

/** Lets everything that is ready to run do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const call = (name: string, args: unknown, id = name): ModelEvent => ({
  type: 'tool_call',
  id,
  name,
  arguments: JSON.stringify(args),
});
const toldTo = (model: ScriptedModel, turn: number) =>
  model.requests[turn]?.messages.map(({ content }) => content);

it('before_llm_call decides what of the conversation the model is shown, in that turn already', async () => {
  class Redact extends Skill {
    turn = 0;

    @hook('before_llm_call')
    redact(context: Context) {
      context.messages = [{ role: 'user', content: `redacted ${++this.turn}` }];
    }
  }
  const look = defineSkill({ tools: { look: { description: 'x', execute: () => 'seen' } } });
  const model = scriptedModel([call('look', {})], 'done');
  await new BaseAgent({ name: 'x', model, skills: { redact: new Redact(), look } }).run('a secret');
  expect([toldTo(model, 0), toldTo(model, 1)]).toEqual([['redacted 1'], ['redacted 2', '', 'seen']]);
});

it('after_llm_call sees what the model said and asked for, as the hooks left it', async () => {
  const turns: unknown[] = [];
  class Audit extends Skill {
    @hook('on_chunk')
    shout(context: Context) {
      context.chunk = context.chunk.toUpperCase();
    }

    @hook('after_llm_call')
    note({ modelTurn }: Context) {
      turns.push([modelTurn?.said, modelTurn?.calls.map(({ name }) => name)]);
    }
  }
  const model = scriptedModel([{ type: 'text', text: 'hm ' }, call('nothing', {})], 'done');
  await new BaseAgent({ name: 'x', model, skills: { audit: new Audit() } }).run('q');
  expect(turns).toEqual([
    ['HM ', ['nothing']],
    ['DONE', []],
  ]);
});

it('before_toolcall sees each call for itself, and may refuse it; after_toolcall may replace its result', async () => {
  const seen: unknown[] = [];
  class Guard extends Skill {
    @tool({
      description: 'Pays.',
      parameters: z.object({ amount: z.number(), to: z.string().default('ann') }),
    })
    async pay({ amount }: { amount: number }, context: Context) {
      await settled();
      seen.push(['pay', amount, context.toolCall?.arguments]);
      return { paid: amount, card: '4711' };
    }

    @hook('before_toolcall')
    async guard({ toolCall }: Context) {
      await settled();
      seen.push(['before', toolCall?.name, toolCall?.arguments.amount, toolCall?.result]);
      if (Number(toolCall?.arguments.amount) > 100) throw new Error('too much');
    }

    @hook('after_toolcall')
    async mask(context: Context) {
      const { toolCall } = context;
      await settled();
      expect(context.toolCall).toBe(toolCall);
      if (toolCall) toolCall.result = { ...(toolCall.result as object), card: '****' };
    }

    @hook('finalize_connection')
    last({ toolCall }: Context) {
      seen.push(['last', toolCall]);
    }
  }
  const calls = [1, 2, 500].map((amount) => call('pay', { amount }, `${amount}`));
  const model = scriptedModel(calls, 'done');
  await new BaseAgent({ name: 'x', model, skills: { guard: new Guard() } }).run('q');
  expect(toldTo(model, 1)?.slice(2)).toEqual([
    '{"paid":1,"card":"****"}',
    '{"paid":2,"card":"****"}',
    'Error: too much',
  ]);
  expect(seen).toEqual([
    ...[1, 2, 500].map((amount) => ['before', 'pay', amount, undefined]),
    ...[1, 2].map((amount) => ['pay', amount, { amount, to: 'ann' }]),
    ['last', undefined],
  ]);
});
