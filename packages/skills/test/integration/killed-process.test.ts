import { randomUUID } from 'node:crypto';
import { BaseAgent, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { DiscoverySkill, PaymentSkill } from '../../src/index.ts';
import { startAgentProcess } from './support/agent-process.ts';

const price = { amount: 500, currency: 'USD' };

async function place() {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  const server = inject('broker');
  const mesh = await join({ server, owner });
  return { owner, server, mesh, [Symbol.asyncDispose]: () => mesh.close() };
}

/** Asks whoever fits, and pays. */
class Router extends Skill {
  readonly discovery = new DiscoverySkill();

  @handoff()
  async route(query: string) {
    return query.startsWith('expert') ? 'expert' : await this.discovery.bestAgent(query);
  }
}

it('gives back what a process had reserved that was killed before it could settle', async () => {
  await using at = await place();
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const model = scriptedModel(async function* ({ signal }) {
    isAsked();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    yield { type: 'text' as const, text: 'too late' };
  });
  const payment = new PaymentSkill();
  await at.mesh.launch(new BaseAgent({ name: 'expert', model, price, skills: { payment } }));
  await payment.deposit({ userId: 'ada', amount: 500 });
  await using desk = await startAgentProcess('desk', at);
  const dying = at.mesh.ask('desk', 'hello', { user: 'ada', timeoutMs: 2500 });
  await asked;
  await desk.kill();
  expect(await payment.balance('ada')).toEqual({ available: 0, reserved: 500 });
  expect(await payment.chargeUser({ userId: 'ada', amount: 1 })).toBe(false);
  expect((await dying).success).toBe(false);
  await expect.poll(() => payment.balance('ada'), { timeout: 5000 }).toEqual({ available: 500, reserved: 0 });
  expect(await payment.chargeUser({ userId: 'ada', amount: 500 })).toBe(true);
});

it('passes over an agent that was killed a moment ago, and charges nothing for it', async () => {
  await using at = await place();
  const payment = new PaymentSkill();
  const router = new Router();
  await using expert = await startAgentProcess('expert', at);
  const second = { name: 'tax-clerk', description: 'Taxes of the simple kind.' };
  await at.mesh.launch(new BaseAgent({ ...second, model: scriptedModel('Ask the office.') }));
  const skills = { router, payment };
  await at.mesh.launch(new BaseAgent({ name: 'desk', model: scriptedModel('Nobody knows.'), skills }));
  await expect.poll(() => at.mesh.agents().every(({ card }) => card)).toBe(true);
  await payment.deposit({ userId: 'ada', amount: 1000 });
  const ask = async (question: string) => {
    const { agent, error } = await at.mesh.ask('desk', question, { user: 'ada' });
    return [agent, error?.code, (await payment.balance('ada')).available];
  };
  expect(await ask('taxes')).toEqual(['expert', undefined, 500]);
  await expert.kill();
  // The registry still sees it.
  expect((await router.discovery.findAgents({ intent: 'taxes' }))[0]?.name).toBe('expert');
  expect(await ask('taxes')).toEqual(['tax-clerk', undefined, 500]);
  expect(await ask('expert please')).toEqual(['expert', 'UNAVAILABLE', 500]);
});
