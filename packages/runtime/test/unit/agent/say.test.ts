import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { unseenText } from '../../../src/agent/events.ts';
import type { HandoffPort } from '../../../src/agent/port.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Model } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';
import { says } from '../support/models.ts';

class Greeter extends Skill {
  @hook('on_connection')
  greet(context: Context) {
    context.say('Welcome back.');
  }
}

class ToBilling extends Skill {
  @handoff('billing')
  always() {
    return true;
  }
}

interface Setting {
  readonly model?: Model;
  readonly skills: Record<string, Skill>;
  readonly port?: HandoffPort;
  readonly maxChain?: number;
}

/** What one who reads the stream has before the result, and with it. */
async function read({ port, ...options }: Setting) {
  const agent = new BaseAgent({ name: 'desk', ...options });
  if (port) agent.attach(port, memoryLog());
  let streamed = '';
  for await (const event of agent.stream('hello')) {
    if (event.type === 'text') streamed += event.text;
    if (event.type === 'result') {
      const { success, response } = event.result;
      return { streamed, success, response, whole: streamed + unseenText(streamed, response) };
    }
  }
  throw new Error('no result');
}

const all = (text: string) => ({ streamed: text, success: true, response: text, whole: text });

describe('what a hook or tool says', () => {
  it('goes out before the answer and is part of the response', async () => {
    const model = scriptedModel(says('How can ', 'I help?'));
    expect(await read({ model, skills: { greeter: new Greeter() } })).toEqual(
      all('Welcome back.\n\nHow can I help?'),
    );
  });

  it('goes out at once, before the model is asked', async () => {
    const events: string[] = [];
    const model = scriptedModel(() => {
      events.push('asked');
      return says('hi');
    });
    const agent = new BaseAgent({ name: 'desk', model, skills: { greeter: new Greeter() } });
    for await (const event of agent.stream('hello')) if (event.type === 'text') events.push(event.text);
    expect(events).toEqual(['Welcome back.', 'asked', '\n\nhi']);
  });

  it('stands before the answer of another agent', async () => {
    const skills = { greeter: new Greeter(), route: new ToBilling() };
    expect(await read({ skills, port: fakePort() })).toEqual(all('Welcome back.\n\nbilling answers'));
  });

  it('stays where it was said in the middle of an answer', async () => {
    class Desk extends Skill {
      @tool
      look(_args: Record<string, unknown>, context: Context) {
        context.say('One moment.');
        context.say('Found it.');
        return 'x';
      }
    }
    const turn = [...says('I look.'), { type: 'tool_call', id: '1', name: 'look', arguments: '' } as const];
    const model = scriptedModel(turn, says('It is x.'));
    expect(await read({ model, skills: { desk: new Desk() } })).toEqual(
      all('I look.\n\nOne moment.\n\nFound it.\n\nIt is x.'),
    );
  });

  it('is not shown again with an answer that a hook has replaced', async () => {
    class Replace extends Skill {
      @hook('after_handoff')
      replace(context: Context) {
        context.handoffResult = { success: true, response: 'mine' };
      }
    }
    const skills = { greeter: new Greeter(), route: new ToBilling(), replace: new Replace() };
    expect(await read({ skills, port: fakePort() })).toEqual({
      success: true,
      streamed: 'Welcome back.\n\nbilling answers',
      response: 'Welcome back.\n\nmine',
      whole: 'Welcome back.\n\nbilling answers\n\nmine',
    });
  });

  it('goes out at once in a chain too, whose answer is shown when it is known to be the last', async () => {
    class Once extends Skill {
      @handoff('billing')
      first(_query: string, context: Context) {
        return !context.handoffResult;
      }
    }
    const skills = { greeter: new Greeter(), route: new Once() };
    expect(await read({ skills, port: fakePort(), maxChain: 3 })).toEqual({
      success: true,
      streamed: 'Welcome back.',
      response: 'Welcome back.\n\nbilling answers',
      whole: 'Welcome back.\n\nbilling answers',
    });
  });

  it('is what a run that fails leaves, with what had arrived of its answer', async () => {
    const failing = fakePort({
      answer: (order) => {
        const error = { code: 'UNAVAILABLE', message: 'gone', retryable: true } as const;
        return answered(order, { success: false, response: null, error });
      },
    });
    const skills = { greeter: new Greeter(), route: new ToBilling() };
    expect(await read({ skills, port: failing })).toMatchObject({
      success: false,
      response: 'Welcome back.',
    });
    expect(await read({ skills: { greeter: new Greeter() } })).toMatchObject({
      success: false,
      response: 'Welcome back.',
      whole: 'Welcome back.',
    });
  });

  it('is not seen by on_chunk hooks, whose matter is the model', async () => {
    class Shout extends Skill {
      @hook('on_chunk')
      shout(context: Context) {
        context.chunk = context.chunk.toUpperCase();
      }
    }
    const skills = { greeter: new Greeter(), shout: new Shout() };
    const { response } = await read({ model: scriptedModel(says('hi')), skills });
    expect(response).toBe('Welcome back.\n\nHI');
  });

  it('is refused when it is no text, or the run has its result', async () => {
    const codes: unknown[] = [];
    class Late extends Skill {
      @hook('on_message')
      wrong(context: Context) {
        codes.push(codeOf(() => context.say(7 as never)));
      }

      @hook('finalize_connection')
      late(context: Context) {
        codes.push(codeOf(() => context.say('too late')));
      }
    }
    const { response } = await read({ model: scriptedModel(says('hi')), skills: { late: new Late() } });
    expect([response, ...codes]).toEqual(['hi', 'INVALID_ARGUMENT', 'FAILED_PRECONDITION']);
  });
});

describe('an answer that a hook gives', () => {
  class Closed extends Skill {
    @hook('on_message')
    sayClosed(context: Context) {
      context.answer = 'We are closed.';
    }
  }

  it('is the whole answer: no condition and no model is asked', async () => {
    const port = fakePort();
    const model = scriptedModel(says('never'));
    const skills = { greeter: new Greeter(), closed: new Closed(), route: new ToBilling() };
    expect(await read({ model, skills, port })).toEqual(all('Welcome back.\n\nWe are closed.'));
    expect([port.orders, model.requests]).toEqual([[], []]);
  });
});

function codeOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
}
