import { describe, expect, it } from 'vitest';
import { cardHash } from '../../../src/registry/card-hash.ts';
import { DepartedAgents } from '../../../src/registry/departed.ts';
import { lookalikes } from '../../../src/registry/lookalike.ts';

const HOUR = 3_600_000;

describe('an agent that is gone', () => {
  it('is remembered for an hour by the observer’s clock', () => {
    let now = 0;
    const departed = new DepartedAgents(() => now);
    departed.add('acme/desk');
    now = 4000;
    expect(departed.goneFor('acme/desk')).toBe(4000);
    now = HOUR;
    expect(departed.goneFor('acme/desk')).toBe(HOUR);
    now = HOUR + 1;
    expect(departed.goneFor('acme/desk')).toBeUndefined();
    expect(departed.goneFor('acme/nobody')).toBeUndefined();
  });

  it('is forgotten when it comes back, and gone anew when it goes again', () => {
    let now = 0;
    const departed = new DepartedAgents(() => now);
    departed.add('a/b');
    departed.remove('a/b');
    expect(departed.goneFor('a/b')).toBeUndefined();
    now = 500;
    departed.add('a/b');
    now = 600;
    expect(departed.goneFor('a/b')).toBe(100);
  });

  it('is told to others as time passed, so that their clocks do not matter', () => {
    const mine = new DepartedAgents(() => 10_000);
    mine.add('a/old', 4000);
    const yours = new DepartedAgents(() => 77_000);
    yours.merge(mine.toNote());
    expect(mine.toNote()).toEqual({ 'a/old': 6000 });
    expect(yours.goneFor('a/old')).toBe(6000);
  });

  it('is known better by who saw it go than by who is told', () => {
    const departed = new DepartedAgents(() => 10_000);
    departed.add('a/b', 9000);
    departed.merge({ 'a/b': 5 });
    expect(departed.goneFor('a/b')).toBe(1000);
  });

  it('is the oldest of a thousand when room is needed', () => {
    const departed = new DepartedAgents(() => 0);
    for (let i = 0; i <= 1000; i++) departed.add(`a/n${i}`);
    expect(departed.goneFor('a/n0')).toBeUndefined();
    expect(departed.goneFor('a/n1')).toBe(0);
    expect(Object.keys(departed.toNote())).toHaveLength(1000);
    departed.add('a/n1');
    departed.add('a/new');
    expect(departed.goneFor('a/n2'), 'the oldest by its last departure').toBeUndefined();
    expect(departed.goneFor('a/n1')).toBe(0);
  });

  it('may have any name', () => {
    const departed = new DepartedAgents(() => 0);
    expect(departed.goneFor('__proto__')).toBeUndefined();
    departed.add('__proto__');
    expect(Object.keys(departed.toNote())).toEqual(['__proto__']);
  });
});

describe('a mistyped name', () => {
  const names = ['billing', 'shipping', 'technical-support', 'general-assistant'];

  it.each([
    ['biling', ['billing']],
    ['bilingg', ['billing']],
    ['BILLING', []],
    ['support', ['technical-support']],
    ['technical-suport', ['technical-support']],
    ['zzzzzzzz', []],
    ['hippin', ['shipping']],
  ])('%s looks like %j', (name, similar) => {
    expect(lookalikes(name, names)).toEqual(similar);
  });

  it('is shown at most three names, each once, the nearest first, then by the alphabet', () => {
    const many = ['desk-d', 'desk-c', 'desk-b', 'desk-a', 'desk-a', 'desks'];
    expect(lookalikes('desk', many)).toEqual(['desk-a', 'desk-b', 'desk-c']);
    expect(lookalikes('bolling', ['bowling', 'bulling', 'billing', 'ceiling'])).toEqual([
      'billing',
      'bowling',
      'bulling',
    ]);
  });

  it('looks like nothing where there is nothing', () => {
    expect(lookalikes('x', [])).toEqual([]);
  });
});

describe('the hash of a card', () => {
  const card = {
    name: 'desk',
    owner: 'acme',
    description: 'd',
    version: '1',
    skills: ['a', 'b'],
    tools: [{ name: 't', description: 'x' }],
    handoffs: [],
  };

  it('is sixteen hex digits, and pinned', () => {
    expect(cardHash(card)).toMatch(/^[0-9a-f]{16}$/);
    expect(cardHash(card)).toMatchInlineSnapshot(`"0cf58a80cd0cdc0c"`);
  });

  it('does not depend on the order of keys, at any depth', () => {
    const turned = Object.fromEntries(Object.entries(card).reverse()) as typeof card;
    expect(cardHash({ ...turned, tools: [{ description: 'x', name: 't' }] })).toBe(cardHash(card));
  });

  it('changes with anything in it', () => {
    const others = [
      { ...card, description: 'e' },
      { ...card, skills: ['b', 'a'] },
      { ...card, tools: [] },
      { ...card, tools: [{ name: 't', description: 'y' }] },
      { ...card, price: 5 },
    ];
    expect(new Set([card, ...others].map(cardHash)).size).toBe(6);
  });
});
