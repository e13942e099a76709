import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BaseAgent, BatonError, type Context, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it, vi } from 'vitest';
import { PaymentSkill } from '../../src/index.ts';
import { Reservations } from '../../src/payment/reservations.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/paid-worker.ts', import.meta.url));

it('charges a durable handoff once, although its source died and another one took over', {
  timeout: 30_000,
}, async () => {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  const server = inject('broker');
  await using mesh = await join({ server, owner });
  const bank = new PaymentSkill();
  await mesh.launch(new BaseAgent({ name: 'bank', skills: { bank } }));
  await bank.deposit({ userId: 'ann', amount: 1000 });
  const first = startPaidWorker(owner, 'hang');
  await says(first, 'up');
  const { id } = await mesh.submit('front', 'go', { user: 'ann' });
  await says(first, 'paid');
  expect(await bank.balance('ann')).toEqual({ available: 900, reserved: 0 });
  first.kill('SIGKILL');
  const second = startPaidWorker(owner);
  try {
    expect(await mesh.result(id, { wait: true })).toMatchObject({ success: true, response: 'go' });
  } finally {
    second.kill('SIGKILL');
  }
  expect(await bank.balance('ann')).toEqual({ available: 900, reserved: 0 });
  expect(await bank.earned('paid')).toBe(100);
});

class ToPaid extends Skill {
  @handoff('paid')
  always(): boolean {
    return true;
  }
}

it('charges a durable handoff whose source was stopped and hands the work to another one', async () => {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  const server = inject('broker');
  const member = () => join({ server, owner, durable: { ackWaitMs: 1000, retryMs: [10] } });
  const front = () =>
    new BaseAgent({ name: 'front', skills: { payment: new PaymentSkill(), front: new ToPaid() } });
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const model = scriptedModel(async function* () {
    begin();
    await released;
    yield { type: 'text' as const, text: 'done' };
  });
  await using mesh = await member();
  const bank = new PaymentSkill();
  await mesh.launch(new BaseAgent({ name: 'bank', skills: { bank } }));
  await mesh.launch(new BaseAgent({ name: 'paid', model, price: { amount: 100, currency: 'USD' } }));
  await bank.deposit({ userId: 'ann', amount: 100 });
  const first = await member();
  await first.launch(front());
  const { id } = await mesh.submit('front', 'go', { user: 'ann' });
  await begun;
  await using second = await member();
  await second.launch(front());
  await first.close(0);
  release();
  expect(await mesh.result(id, { wait: true })).toMatchObject({ success: true, response: 'done' });
  expect(await bank.balance('ann')).toEqual({ available: 0, reserved: 0 });
  expect(await bank.earned('paid')).toBe(100);
});

it.each([
  ['of a durable run waits until the broker has taken it', { journal: {} }, 100],
  ['of another run fails when the broker does not take it', {}, 0],
])('a payment %s', async (_title, scope, earned) => {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  await using mesh = await join({ server: inject('broker'), owner });
  const bank = new PaymentSkill({ prices: { paid: 100 } });
  await mesh.launch(new BaseAgent({ name: 'bank', skills: { bank } }));
  await bank.deposit({ userId: 'ann', amount: 100 });
  const away = new BatonError('UNAVAILABLE', 'the broker is away');
  using settle = vi.spyOn(Reservations.prototype, 'settle').mockRejectedValueOnce(away);
  const context = {
    handoffId: 'h-1',
    handoffAgent: 'paid',
    peerUserId: 'ann',
    remainingMs: 1000,
    scope,
    signal: new AbortController().signal,
    handoffResult: { success: true },
  } as unknown as Context;
  bank.beginHandoff(context);
  await bank.payForHandoff(context);
  const settled = bank.settleOrRefund(context);
  await (earned > 0 ? settled : expect(settled).rejects.toBe(away));
  expect(settle).toHaveBeenCalledTimes(earned > 0 ? 2 : 1);
  expect(await bank.earned('paid')).toBe(earned);
});

function startPaidWorker(owner: string, ...trouble: string[]): ChildProcess {
  const args = ['--conditions=source', '--import', 'tsx', FIXTURE, inject('broker'), owner, ...trouble];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function says(child: ChildProcess, word: string): Promise<void> {
  for (let said = ''; !said.includes(word); ) {
    const [text] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    said += String(text);
  }
}
