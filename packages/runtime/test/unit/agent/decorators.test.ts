import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';

class Base extends Skill {
  @handoff('a')
  one() {
    return true;
  }
}

describe('a decorator goes on a public instance method', () => {
  const misuses: [string, () => unknown][] = [
    [
      'a static method',
      () =>
        class {
          @handoff('a')
          static cond() {
            return true;
          }
          own() {}
        },
    ],
    [
      'a private method',
      () =>
        class {
          @hook('on_message')
          #look() {}
          use() {
            this.#look();
          }
        },
    ],
    [
      'a static tool',
      () =>
        class {
          @tool
          static look() {}
          own() {}
        },
    ],
    [
      'a method named by a symbol',
      () =>
        class {
          @tool
          [Symbol.iterator]() {}
        },
    ],
    [
      'a getter',
      () =>
        class {
          // @ts-expect-error: no method
          @tool
          get look() {
            return 1;
          }
        },
    ],
    [
      'a field',
      () =>
        class {
          // @ts-expect-error: no method
          @handoff('a')
          cond = () => true;
        },
    ],
    [
      'a class',
      () => {
        // @ts-expect-error: no method
        @hook('on_message')
        class Whole {}
        return Whole;
      },
    ],
  ];
  it.each(misuses)('and not on %s', (_what, declare) => {
    expect(declare).toThrow(TypeError);
  });
});

describe('@handoff refuses at declaration', () => {
  it.each(['', ' ', 'a.b', '*', '>', 'A', 'a/b/c', 'x'.repeat(300), '__proto__'])(
    'the target %j',
    (target) => {
      expect(() => handoff(target)).toThrow(/^@handoff: agent name/);
    },
  );

  it('a method in place of a target', () => {
    // @ts-expect-error: written without parentheses
    expect(() => handoff(() => true, { kind: 'method' })).toThrow(TypeError);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 86_401, '30', null, true])(
    'the timeout %s',
    (timeout) => {
      expect(() => handoff('a', { metadata: { timeout: timeout as number } })).toThrow(
        /^@handoff: metadata "timeout"/,
      );
    },
  );

  it.each(['urgent', '', Number.NaN, null, {}])('the priority %s', (priority) => {
    expect(() => handoff('a', { metadata: { priority: priority as number } })).toThrow(
      /^@handoff: metadata "priority": must be 'low', 'normal', 'high' or a finite number$/,
    );
  });

  it.each([
    [{ fallback: 'other' }, /^@handoff: "fallback": must be an array of agents' names$/],
    [{ fallback: [7] }, /^@handoff: an agent name must be a string/],
    [{ mode: 'teleport' }, /^@handoff: "mode": .*"call"\|"transfer"/],
    [{ description: 5 }, /^@handoff: "description": .*string/],
    [
      { timeout: 5 },
      /^@handoff: there is no option "timeout"; it goes into "metadata"; there are description,/,
    ],
    [
      { desc: 'x' },
      /^@handoff: there is no option "desc"; there are description, metadata, mode, scope, fall/,
    ],
    ['soon', /^@handoff: "options": .*expected object/],
  ])('the options %j', (options, message) => {
    expect(() => handoff('a', options as never)).toThrow(TypeError);
    expect(() => handoff('a', options as never)).toThrow(message);
    if (typeof options === 'object') expect(() => handoff(options as never)).toThrow(message);
  });

  it('nothing of what it should take', () => {
    expect(() => handoff({ description: 'by name', fallback: ['a', 'owner/b'] })).not.toThrow();
    expect(() => handoff(undefined, { mode: 'call' })).not.toThrow();
    for (const timeout of [0.001, 1, 86_400])
      expect(() => handoff('a', { metadata: { timeout } })).not.toThrow();
    for (const priority of ['low', 'normal', 'high', 0, -5, 7.5] as const) {
      expect(() => handoff('owner/a', { metadata: { priority, mine: [1] } })).not.toThrow();
    }
  });
});

describe('@hook and @tool refuse at declaration', () => {
  it('a hook nobody calls, and an unusable priority', () => {
    // @ts-expect-error: no such hook
    expect(() => hook('after_lunch')).toThrow(/there is no hook "after_lunch"; there are on_connection, /);
    expect(() => hook('on_message', { priority: Number.NaN })).toThrow(TypeError);
    expect(() => hook('on_message', { priority: Number.POSITIVE_INFINITY })).toThrow(TypeError);
    expect(() => hook('on_message', { prio: 1 } as never)).toThrow(/^@hook: there is no option "prio"/);
  });

  it.each([
    [undefined, /^@tool: "options": .*expected object/],
    [{}, /^@tool: "description": .*expected string/],
    [{ description: 7 }, /^@tool: "description": .*expected string/],
    [{ description: 'x', params: {} }, /^@tool: there is no option "params"; there are name, description/],
  ])('the tool options %j', (options, message) => {
    expect(() => tool(options as never)).toThrow(TypeError);
    expect(() => tool(options as never)).toThrow(message);
  });

  it.each(['', 'a b', 'a.b', 'é', 'x'.repeat(65)])('the tool name %j', (name) => {
    const declare = () =>
      class extends Skill {
        @tool({ name, description: 'x', parameters: z.object({}) })
        look() {}
      };
    expect(declare).toThrow(/^@tool: "/);
  });

  it.each([
    ['no schema', { a: 'string' }, /must be a z.object/],
    ['a schema of something else', z.string(), /must be a z.object/],
    ['what a model cannot be told', z.object({ when: z.date() }), /"look" cannot be told to a model: Date/],
  ])('parameters that are %s', (_what, parameters, message) => {
    const declare = () =>
      class extends Skill {
        @tool({ description: 'x', parameters: parameters as never })
        look() {}
      };
    expect(declare).toThrow(TypeError);
    expect(declare).toThrow(message);
  });

  it('a second time on one method, which would silently take the place of the first', () => {
    const twice = {
      hook: () =>
        class extends Skill {
          @hook('on_message', { scope: 'user' })
          @hook('on_message', { scope: 'admin' })
          look() {}
        },
      tool: () =>
        class extends Skill {
          @tool
          @tool({ name: 'other', description: 'x', parameters: z.object({}) })
          look() {}
        },
    };
    expect(twice.hook).toThrow(
      new TypeError('@hook: "look" is a hook of "on_message" already; declare it once'),
    );
    expect(twice.tool).toThrow(new TypeError('@tool: "look" is a tool already; declare it once'));
  });
});

it.each([
  ['@handoff', handoff('a')],
  ['@hook', hook('on_message')],
  ['@tool', tool({ description: 'x', parameters: z.object({}) })],
  ['@tool', tool],
])('%s says what is wrong when a compiler calls it the legacy way', (name, decorate) => {
  const legacy = decorate as unknown as (target: object, key: string, descriptor: object) => void;
  expect(() => legacy(Base.prototype, 'one', {})).toThrow(`${name} is a standard decorator: turn "experim`);
});
