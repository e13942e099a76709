import { expect, it } from 'vitest';
import { measureRounds } from '../../../src/measure/rounds.ts';

it('warms up, then turns the order round with every round', async () => {
  const order: string[] = [];
  const side = (name: string, warmUp?: () => Promise<unknown>) => ({
    name,
    ...(warmUp && { warmUp }),
    measure: async () => {
      order.push(name);
      return { p50Us: order.length };
    },
  });
  const rows = await measureRounds([side('raw', async () => order.push('warm')), side('ask')], {
    size: 1,
    rounds: 3,
    onRound: (round) => order.push(String(round)),
  });
  expect(order.join(' ')).toBe('0 warm ask 1 raw ask 2 ask raw 3 raw ask');
  expect(rows).toHaveLength(2);
  // The ask that warmed up is not among its three figures.
  expect(rows[1]?.p50Us).toBe(8);
});
