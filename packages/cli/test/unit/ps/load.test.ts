import { expect, it } from 'vitest';
import { loadLines, toLoadRow } from '../../../src/ps/load.ts';
import { view } from '../../support/views.ts';

it('tells how busy an agent is and how much waits for it, without instances that take nothing more', () => {
  const instances = [view('a'), view('b', { inFlight: 4, state: 'busy' }), view('c', { state: 'draining' })];
  const row = toLoadRow(
    { agent: 'slow', owner: 'default', card: undefined, instances },
    { waiting: 5, inHand: 8 },
  );
  const load = { inFlight: 6, capacity: 8, busyShare: 0.75, waiting: 5, queueDepth: 13 };
  expect(row).toEqual({ agent: 'slow', owner: 'default', instances: 2, ...load });
  expect(loadLines([row]).map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['AGENT', 'INSTANCES', 'IN FLIGHT', 'CAPACITY', 'BUSY', 'WAITING', 'QUEUE DEPTH'],
    ['slow', '2', '6', '8', '75 %', '5', '13'],
  ]);
});

it('knows no busy share of hosts that tell no capacity', () => {
  const instances = [view('a', { capacity: undefined })];
  const row = toLoadRow(
    { agent: 'slow', owner: 'acme', card: undefined, instances },
    { waiting: 0, inHand: 0 },
  );
  expect(row).toMatchObject({ capacity: null, busyShare: null });
  expect(loadLines([row])[1]).toMatch(/^acme\/slow +1 +2 +- +- +0 +0$/);
});
