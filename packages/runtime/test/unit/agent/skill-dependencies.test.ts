import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { Skill, type SkillOptions } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

class Plain extends Skill {
  readonly started: string[];

  constructor(options: SkillOptions & { name?: string; started?: string[] } = {}) {
    super(options);
    this.started = options.started ?? [];
    this.name = options.name ?? '';
  }

  readonly name: string;

  override initialize() {
    this.started.push(this.name);
  }
}

describe('dependencies of skills', () => {
  it('are initialised first, each once, otherwise in the order given', async () => {
    const started: string[] = [];
    const skill = (name: string, ...dependencies: string[]) => new Plain({ name, started, dependencies });
    const skills = { a: skill('a', 'c'), b: skill('b'), c: skill('c', 'd'), d: skill('d') };
    const agent = new BaseAgent({ name: 'x', model: scriptedModel('hi'), skills });
    expect(started).toEqual([]);
    await Promise.all([agent.prepare(), agent.run('q'), agent.run('q')]);
    expect(started).toEqual(['d', 'c', 'a', 'b']);
  });

  it.each(['nli', [7], null, { nli: true }])('are keys in an array, not %j', (dependencies) => {
    expect(() => new Plain({ dependencies: dependencies as never })).toThrow(
      new TypeError(`"dependencies" must be an array of keys, such as ['nli', 'discovery?']`),
    );
  });

  it('that are missing are named on both sides', () => {
    const skills = { shop: new Plain({ dependencies: ['payment'] }), other: new Plain() };
    expect(() => new BaseAgent({ name: 'x', skills })).toThrow(
      new TypeError('skill "shop" needs a skill "payment"; this agent has shop, other'),
    );
  });

  it.each(['constructor', '__proto__', 'toString'])('are not found on the prototype: %s', (name) => {
    expect(() => new BaseAgent({ name: 'x', skills: { a: new Plain({ dependencies: [name] }) } })).toThrow(
      `skill "a" needs a skill "${name}"`,
    );
  });

  it.each([
    [{ a: ['a'] }, 'a -> a'],
    [{ a: ['b'], b: ['a'] }, 'a -> b -> a'],
    [{ start: ['a'], a: ['b'], b: ['c'], c: ['a'] }, 'a -> b -> c -> a'],
  ])('that go in a circle are shown as one: %j', (needs, circle) => {
    const skills = Object.fromEntries(
      Object.entries(needs).map(([key, dependencies]) => [key, new Plain({ dependencies })]),
    );
    expect(() => new BaseAgent({ name: 'x', skills })).toThrow(
      new TypeError(`skills depend on each other in a circle: ${circle}`),
    );
  });
});

describe('dependencies with a question mark', () => {
  class Curious extends Skill {
    find() {
      return this.skill('nli?');
    }
  }

  it('may be missing, and are initialised first where they are there', async () => {
    const started: string[] = [];
    const skills = {
      shop: new Plain({ name: 'shop', started, dependencies: ['nli?', 'payment?'] }),
      nli: new Plain({ name: 'nli', started }),
    };
    await new BaseAgent({ name: 'x', skills }).prepare();
    expect(started).toEqual(['nli', 'shop']);
  });

  it('are found by the same word, or are undefined', () => {
    const [alone, accompanied, nli] = [new Curious(), new Curious(), new Plain()];
    new BaseAgent({ name: 'x', skills: { alone } });
    new BaseAgent({ name: 'x', skills: { accompanied, nli } });
    expect([alone.find(), accompanied.find()]).toEqual([undefined, nli]);
  });

  it('go in no circle either', () => {
    const skills = { a: new Plain({ dependencies: ['b?'] }), b: new Plain({ dependencies: ['a'] }) };
    expect(() => new BaseAgent({ name: 'x', skills })).toThrow('in a circle: a -> b -> a');
  });
});
