import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { readDefinitions } from '../../../src/agent/definitions.ts';
import { Skill } from '../../../src/agent/skill.ts';

const handoffsOf = (skill: object) =>
  readDefinitions(skill).handoffs.map(({ method, target }) => [method, target]);

class Base extends Skill {
  @handoff('a')
  one() {
    return true;
  }

  @handoff('b')
  two() {
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
      /^@handoff: metadata "priority"/,
    );
  });

  it('nothing of what it should take', () => {
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
  });

  it.each(['', 'a b', 'a.b', 'é', 'x'.repeat(65)])('the tool name %j', (name) => {
    const declare = () =>
      class extends Skill {
        @tool({ name, description: 'x', parameters: z.object({}) })
        look() {}
      };
    expect(declare).toThrow(/^@tool: "/);
  });
});

describe('what a class declares', () => {
  it('is in the order of declaration', () => {
    expect(handoffsOf(new Base())).toEqual([
      ['one', 'a'],
      ['two', 'b'],
    ]);
  });

  it('is nothing for a class without decorators', () => {
    expect(readDefinitions(new (class extends Skill {})())).toEqual({ handoffs: [], hooks: [], tools: [] });
  });

  it('is inherited, by a class without decorators of its own too', () => {
    class Plain extends Base {}
    class More extends Plain {
      @handoff('c')
      three() {
        return true;
      }
    }
    expect(handoffsOf(new Plain())).toEqual(handoffsOf(new Base()));
    expect(handoffsOf(new More())).toEqual([
      ['one', 'a'],
      ['two', 'b'],
      ['three', 'c'],
    ]);
  });

  it('is replaced in its place by an override that is declared again, and kept by one that is not', () => {
    class Again extends Base {
      @handoff('z')
      override one() {
        return true;
      }

      override two() {
        return false;
      }
    }
    expect(handoffsOf(new Again())).toEqual([
      ['one', 'z'],
      ['two', 'b'],
    ]);
  });

  it('is not shared by two subclasses, nor given back to their parent', () => {
    class Left extends Base {
      @handoff('left')
      left() {
        return true;
      }
    }
    class Right extends Base {
      @handoff('right')
      right() {
        return true;
      }
    }
    expect(handoffsOf(new Left()).map(([method]) => method)).toEqual(['one', 'two', 'left']);
    expect(handoffsOf(new Right()).map(([method]) => method)).toEqual(['one', 'two', 'right']);
    expect(handoffsOf(new Base()).map(([method]) => method)).toEqual(['one', 'two']);
  });

  it('may be several hooks on one method, and a hook and a tool on one', () => {
    class Both extends Skill {
      @hook('on_message')
      @hook('finalize_connection', { priority: 1 })
      look() {}

      @tool
      @hook('on_chunk')
      use() {}
    }
    const { hooks, tools } = readDefinitions(new Both());
    expect(hooks.map(({ method, hook: name, priority }) => [method, name, priority])).toEqual([
      ['look', 'finalize_connection', 1],
      ['look', 'on_message', 50],
      ['use', 'on_chunk', 50],
    ]);
    expect(tools.map(({ name }) => name)).toEqual(['use']);
  });

  it('keeps what the author adds to the metadata', () => {
    class Own extends Skill {
      @handoff('a', { description: 'money', metadata: { priority: 'high', timeout: 30, price: 5 } })
      cond() {
        return true;
      }
    }
    expect(readDefinitions(new Own()).handoffs).toEqual([
      {
        method: 'cond',
        target: 'a',
        description: 'money',
        mode: 'call',
        fallback: [],
        metadata: { priority: 'high', timeout: 30, price: 5 },
      },
    ]);
  });
});
