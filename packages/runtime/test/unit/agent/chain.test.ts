import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';

/** The seed's workflow: an analyst first, a writer once the analysis is done. */
class Workflow extends Skill {
  @handoff('data-analyst')
  needsAnalysis(query: string, context: Context) {
    return query.includes('analyze') && !context.state.analysisDone;
  }

  @handoff('report-writer')
  needsReport(query: string, context: Context) {
    return Boolean(context.state.analysisDone) && !context.state.reportDone && query.includes('report');
  }

  @hook('after_handoff')
  track({ handoffAgent, handoffResult, state }: Context) {
    if (!handoffResult?.success) return;
    if (handoffAgent === 'data-analyst') state.analysisDone = true;
    if (handoffAgent === 'report-writer') state.reportDone = true;
  }
}

class Forever extends Skill {
  @handoff('echo')
  always() {
    return true;
  }
}

function agentWith(skill: Skill, maxChain?: number, failing: string[] = []) {
  const agent = new BaseAgent({ name: 'front', skills: { skill }, ...(maxChain && { maxChain }) });
  const port = fakePort({
    answer: (order) =>
      answered(order, failing.includes(order.target) ? { success: false, response: null } : {}),
  });
  agent.attach(port, memoryLog());
  return { agent, port };
}

const QUESTION = 'analyze the sales and write a report';

it('goes from one handoff to the next in one run, each with the answer before it, and answers with the last', async () => {
  const { agent, port } = agentWith(new Workflow(), 5);
  const shown: string[] = [];
  let result: unknown;
  for await (const event of agent.stream(QUESTION)) {
    if (event.type === 'text') shown.push(event.text);
    if (event.type === 'result') result = event.result;
  }
  expect(result).toMatchObject({ success: true, agent: 'report-writer', response: 'report-writer answers' });
  expect(port.orders.map(({ target }) => target)).toEqual(['data-analyst', 'report-writer']);
  expect(port.orders[1]?.messages.at(-1)).toEqual({ role: 'assistant', content: 'data-analyst answers' });
  expect(shown).toEqual([]);
});

it('takes one step a run unless it is asked for more', async () => {
  const { agent } = agentWith(new Workflow());
  expect((await agent.run(QUESTION, { conversation: 'c' })).agent).toBe('data-analyst');
  expect((await agent.run(QUESTION, { conversation: 'c' })).agent).toBe('report-writer');
});

it('stops at a failure, and what failed is not marked as done', async () => {
  const { agent, port } = agentWith(new Workflow(), 5, ['data-analyst']);
  expect((await agent.run(QUESTION)).success).toBe(false);
  expect(port.orders).toHaveLength(1);
});

it('ends as LOOP when a condition never stops saying yes', async () => {
  const { agent, port } = agentWith(new Forever(), 3);
  const result = await agent.run('go');
  expect(result.error).toMatchObject({ code: 'LOOP', message: expect.stringContaining('skill.always') });
  expect(port.orders).toHaveLength(3);
});
