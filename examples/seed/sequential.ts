/** First the analyst, then the writer: what `after_handoff` notes in `context.state`, later conditions see. */
import assert from 'node:assert/strict';
import { BaseAgent, type Context, handoff, hook, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class WorkflowSkill extends Skill {
  /** First: to the analyst, for data. */
  @handoff('data-analyst')
  needsAnalysis(query: string, { state }: Context): boolean {
    return query.includes('analyze') && !state.analysisDone;
  }

  /** Then: to the writer, for a report. */
  @handoff('report-writer')
  needsReport(query: string, { state }: Context): boolean {
    return query.includes('report') && Boolean(state.analysisDone) && !state.reportDone;
  }

  @hook('after_handoff')
  trackWorkflow({ handoffAgent, handoffResult, state }: Context) {
    if (!handoffResult?.success) return;
    if (handoffAgent === 'data-analyst') state.analysisDone = true;
    if (handoffAgent === 'report-writer') state.reportDone = true;
  }
}

await using mesh = await join({ owner: 'seed-sequential' });
const writer = scriptedModel(({ messages }) => [
  { type: 'text', text: `Report: ${messages.filter(({ role }) => role === 'assistant').at(-1)?.content}` },
]);
await mesh.launch(new BaseAgent({ name: 'report-writer', model: writer }));

// One step a message.
const workflow = new WorkflowSkill();
await mesh.launch(new BaseAgent({ name: 'desk', model: scriptedModel('Done.'), skills: { workflow } }));

// Both steps in one message: each answer joins the conversation, and the conditions are asked again.
const skills = { workflow: new WorkflowSkill() };
await mesh.launch(new BaseAgent({ name: 'pipeline', model: scriptedModel('Done.'), skills, maxChain: 2 }));

const question = 'analyze the sales and write a report';
const ask = (conversation: string, user: string) => mesh.ask('desk', question, { conversation, user });

// Nobody is there to analyze yet. A handoff that failed leaves no mark.
assert.equal((await ask('sales', 'ada')).error?.code, 'NOT_FOUND');
await mesh.launch(new BaseAgent({ name: 'data-analyst', model: scriptedModel('Sales grow by 4 %.') }));

const steps = [await ask('sales', 'ada'), await ask('sales', 'ada'), await ask('sales', 'ada')];
console.log(steps.map(({ agent }) => agent).join(', then '));
assert.deepEqual(
  steps.map(({ agent }) => agent),
  ['data-analyst', 'report-writer', 'desk'],
);

// Another conversation begins at the beginning, and so does another user in a conversation of the same name.
assert.equal((await ask('costs', 'ada')).agent, 'data-analyst');
assert.equal((await ask('sales', 'eve')).agent, 'data-analyst');

const { response, handoffs } = await mesh.ask('pipeline', question);
console.log(response);
assert.equal(response, 'Report: Sales grow by 4 %.');
assert.deepEqual(
  handoffs.map(({ to }) => to),
  ['data-analyst', 'report-writer'],
);
