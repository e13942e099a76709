import type { InstanceView } from '@baton/runtime';
import { expect, it } from 'vitest';
import { AgentScaler, type ScalerOptions } from '../../../src/autoscale/agent-scaler.ts';
import { view } from '../../support/views.ts';

/** One full instance of ours, and work that asks for five. */
function scaler(views: readonly InstanceView[], more: Partial<ScalerOptions> = {}): AgentScaler {
  return new AgentScaler({
    agent: 'slow',
    bounds: { min: 1, max: 8, target: 1, cooldownMs: 1000 },
    mesh: {
      owner: 'default',
      instances: () => [...views],
      backlog: async () => ({ waiting: 16, inHand: 0 }),
    },
    scale: async () => ({ replicas: 1, instances: ['ours'] }),
    ...more,
  });
}

const full = { inFlight: 4, state: 'busy' } as const;

it('refuses to scale what others run too, unless they are seen for a moment only', async () => {
  const other = view('other', full);
  const views = [view('ours', full), other];
  const watching = scaler(views, { refusesOthersAfter: 2 });
  expect(await watching.look()).toMatchObject({ next: 2 });
  await expect(watching.look()).rejects.toThrow('"slow" is run by several supervisors');
  views.pop();
  expect(await watching.look()).toMatchObject({ wanted: 5, next: 2 });
});

it.each([
  ['drains', { state: 'draining' }],
  ['has probably died', { lastSeen: Date.now() - 2600 }],
  ["is another agent's", { agent: 'quick' }],
  ["is another owner's", { owner: 'acme' }],
] as const)('does not take an instance for a stranger that %s', async (_what, more) => {
  const watching = scaler([view('ours', full), view('other', { ...full, ...more })], {
    refusesOthersAfter: 1,
  });
  expect(await watching.look()).toMatchObject({ next: 2 });
});

it('begins no growth while one is under way, and stops some all the same', async () => {
  let finish = () => {};
  const asked: (number | undefined)[] = [];
  const watching = scaler([view('ours', full)], {
    scale: async (_agent, replicas) => {
      asked.push(replicas);
      if (replicas === 2) await new Promise<void>((resolve) => (finish = resolve));
      return { replicas: replicas ?? 1, instances: ['ours'] };
    },
  });
  const look = await watching.look();
  const growing = watching.act(look);
  expect(await watching.act({ ...look, replicas: 2, next: 4 })).toBe(false);
  expect(await watching.act({ ...look, replicas: 2, next: 1 })).toBe(true);
  finish();
  expect(await growing).toBe(true);
  expect(await watching.act({ ...look, replicas: 2, next: 4 })).toBe(true);
  expect(asked).toEqual([undefined, 2, 1, 4]);
});
