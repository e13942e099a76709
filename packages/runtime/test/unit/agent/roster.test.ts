import { expect, it } from 'vitest';
import { Roster } from '../../../src/agent/roster.ts';

it('knows who is present, in the order in which they came', () => {
  const roster = new Roster<string>();
  const leave = ['a', 'b', 'c', 'd'].map((name) => roster.add(name));
  leave[1]?.[Symbol.dispose]();
  leave[3]?.[Symbol.dispose]();
  roster.add('e');
  expect([roster.values(), roster.size]).toEqual([['a', 'c', 'e'], 3]);
});

it('lets each leave once, however often it says so', () => {
  const roster = new Roster<string>();
  const a = roster.add('a');
  roster.add('b');
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  expect([roster.values(), roster.size]).toEqual([['b'], 1]);
});
