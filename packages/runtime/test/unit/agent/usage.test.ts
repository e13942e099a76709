import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { RunResult, type Usage } from '../../../src/wire/result.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';
import { says } from '../support/models.ts';

const used = (inputTokens: number, outputTokens: number): ModelEvent => ({
  type: 'usage',
  inputTokens,
  outputTokens,
});
const call = (name: string): ModelEvent => ({ type: 'tool_call', id: name, name, arguments: '{}' });

class Desk extends Skill {
  @tool
  look() {
    return 'x';
  }

  @tool
  async ask(_args: Record<string, unknown>, context: Context) {
    return (await context.query('billing', 'how much?')).usage;
  }

  @handoff('billing')
  isRuled(query: string) {
    return query === 'by rule';
  }

  @hook('after_handoff')
  replace(context: Context) {
    context.handoffResult = { success: true, response: 'mine' };
  }
}

function desk(model: ReturnType<typeof scriptedModel>, below?: Usage) {
  const agent = new BaseAgent({ name: 'x', model, skills: { desk: new Desk() } });
  agent.attach(fakePort({ answer: (order) => answered(order, { usage: below }) }), memoryLog());
  return agent;
}

describe('the usage of a run', () => {
  it('is the sum of its turns', async () => {
    const model = scriptedModel([call('look'), used(10, 2)], [...says('ok'), used(20, 3)]);
    expect((await desk(model).run('q')).usage).toEqual({ inputTokens: 30, outputTokens: 5, modelCalls: 2 });
  });

  it('has the turns of a model that tells none', async () => {
    expect((await desk(scriptedModel('ok')).run('q')).usage).toEqual({
      inputTokens: 0,
      outputTokens: 0,
      modelCalls: 1,
    });
  });

  it('has a turn that failed, with what was told before', async () => {
    const model = scriptedModel([call('look'), used(10, 2)], function* () {
      yield used(7, 1);
      throw new Error('broke off');
    });
    const { success, usage } = await desk(model).run('q');
    expect([success, usage]).toEqual([false, { inputTokens: 17, outputTokens: 3, modelCalls: 2 }]);
  });

  const below = { inputTokens: 100, outputTokens: 50, modelCalls: 4 };

  it('has what handoffs and questions to others used', async () => {
    const model = scriptedModel([call('ask'), call('transfer_to_billing'), used(1, 1)], [used(1, 1)]);
    expect((await desk(model, below).run('q')).usage).toEqual({
      inputTokens: 202,
      outputTokens: 102,
      modelCalls: 10,
    });
  });

  it('has what a handoff used whose result a hook replaced, and is absent when nobody told any', async () => {
    const replaced = await desk(scriptedModel('never asked'), below).run('by rule');
    expect([replaced.response, replaced.usage]).toEqual(['mine', below]);
    expect(await desk(scriptedModel('never asked')).run('by rule')).not.toHaveProperty('usage');
  });
});

it('a result with a usage that makes no sense is read without it', () => {
  const { usage: _none, ...result } = {
    ...{ success: true, response: 'a', agent: 'x', conversation: 'c', id: 'i', durationMs: 1 },
    ...{ handoffs: [], insights: {}, fallback: false, usage: undefined },
  };
  for (const usage of [{ inputTokens: -1, outputTokens: 0, modelCalls: 1 }, 'much', { inputTokens: 1 }]) {
    expect(RunResult.parse({ ...result, usage })).toEqual({ ...result, usage: undefined });
  }
  const whole = { ...result, usage: { inputTokens: 1, outputTokens: 0, modelCalls: 1, cached: 1 } };
  expect(RunResult.parse(whole)).toEqual(whole);
});
