import { describe, expect, it } from 'vitest';
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

describe('what a class declares', () => {
  it('is in the order of declaration', () => {
    expect(handoffsOf(new Base())).toEqual([
      ['one', 'a'],
      ['two', 'b'],
    ]);
  });

  it('is nothing for a class without decorators', () => {
    expect(readDefinitions(new (class extends Skill {})())).toMatchObject({
      handoffs: [],
      hooks: [],
      tools: [],
    });
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

  it('may be several handoffs on one method, the upper first, which an override declared again replaces', () => {
    class Stacked extends Base {
      @handoff('c', { scope: 'vip' })
      @handoff('d')
      @handoff('d', { scope: 'user' })
      three() {
        return true;
      }
    }
    class Again extends Stacked {
      @handoff('x')
      @handoff('y')
      override three() {
        return true;
      }

      @handoff('z')
      override one() {
        return true;
      }
    }
    const below = (skill: object) => handoffsOf(skill).map((pair) => pair.join(' '));
    expect(below(new Stacked())).toEqual(['one a', 'two b', 'three c', 'three d', 'three d']);
    expect(below(new Again())).toEqual(['one z', 'two b', 'three x', 'three y']);
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
        mode: undefined,
        fallback: [],
        metadata: { priority: 'high', timeout: 30, price: 5 },
      },
    ]);
  });
});
