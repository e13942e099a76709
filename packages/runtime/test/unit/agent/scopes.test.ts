import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { fakePort, memoryLog } from '../support/fake-port.ts';

class Desk extends Skill {
  readonly turns: string[] = [];

  @handoff('vault', { scope: 'admin', metadata: { priority: 'high' } })
  vault() {
    return true;
  }

  @handoff('refunds', { scope: 'user' })
  refunds() {
    return true;
  }

  @hook('on_message', { scope: 'owner' })
  audit() {
    this.turns.push('audit');
  }

  @tool({ description: 'Deletes it.', parameters: z.object({}), scope: 'admin' })
  remove() {
    this.turns.push('removed');
    return 'gone';
  }
}

function desk() {
  const skill = new Desk();
  const model = scriptedModel(
    [{ type: 'tool_call', id: '1', name: 'remove', arguments: '{}' }],
    'that is all I can do',
  );
  const agent = new BaseAgent({ name: 'desk', model, skills: { desk: skill } });
  agent.attach(fakePort(), memoryLog());
  return { agent, skill, model };
}

describe('what is not for a caller', () => {
  it('is skipped among the handoffs, and the next one is asked', async () => {
    const { agent } = desk();
    expect((await agent.run('hi', { user: 'ada' })).agent).toBe('refunds');
    expect((await agent.run('hi', { scopes: ['admin'] })).agent).toBe('vault');
  });

  it('is neither offered to the model nor called for it', async () => {
    const { agent, skill, model } = desk();
    const result = await agent.run('remove it');
    expect(result.response).toBe('that is all I can do');
    expect(model.requests[0]?.tools).toEqual([]);
    expect(skill.turns).not.toContain('removed');
  });

  it('is not run among the hooks', async () => {
    const { agent, skill } = desk();
    await agent.run('hi', { user: 'ada' });
    expect(skill.turns).toEqual([]);
    await agent.run('hi', { scopes: ['owner'] });
    expect(skill.turns).toEqual(['audit']);
  });
});

it.each([
  ['@handoff', () => handoff('a', { scope: 'No Such' })],
  ['@hook', () => hook('on_message', { scope: '*' })],
])('%s refuses a scope that is no name when the class is defined', (_name, define) => {
  expect(define).toThrow(TypeError);
});

it('refuses an agent whose scope is no name', () => {
  expect(() => new BaseAgent({ name: 'a', scope: 'A B' })).toThrow(/"scope" "A B" must be/);
});
