import type { InstanceView } from '@baton/runtime';
import { expect, it } from 'vitest';
import { toRows } from '../../../src/ps/row.ts';

const view = (agent: string, instance: string, more: Partial<InstanceView> = {}): InstanceView => ({
  agent,
  owner: 'default',
  kind: 'baton',
  instance,
  state: 'ready',
  inFlight: 2,
  capacity: 16,
  freeAt: undefined,
  lastSeen: 1000,
  intervalMs: 2000,
  cardHash: undefined,
  details: undefined,
  ...more,
});

it('sorts by agent, then by instance', () => {
  const rows = toRows([view('b', '2'), view('a', '9'), view('b', '1')], 1000);
  expect(rows.map(({ agent, instance }) => agent + instance)).toEqual(['a9', 'b1', 'b2']);
});

it('says null for what an instance has not told', () => {
  expect(toRows([view('a', '1', { capacity: undefined })], 1250)).toStrictEqual([
    {
      agent: 'a',
      instance: '1',
      owner: 'default',
      pid: null,
      host: null,
      state: 'ready',
      inFlight: 2,
      capacity: null,
      version: null,
      lastBeatMs: 250,
    },
  ]);
});
