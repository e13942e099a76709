import { describe, expect, it, vi } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { hook, tool } from '../../../src/agent/decorators.ts';
import { type RunEvent, unseenText } from '../../../src/agent/events.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { says, waitingModel } from '../support/models.ts';

describe('a stream', () => {
  it('tells what happens and ends with the result', async () => {
    class Desk extends Skill {
      @tool
      look() {
        return 'x';
      }
    }
    const turn: ModelEvent[] = [
      ...says('Wait. '),
      { type: 'tool_call', id: '1', name: 'look', arguments: '' },
    ];
    const agent = new BaseAgent({
      name: 'x',
      model: scriptedModel(turn, says('a', 'b')),
      skills: { desk: new Desk() },
    });
    const events: RunEvent[] = [];
    for await (const event of agent.stream('q')) events.push(event);
    expect(events.map((event) => (event.type === 'text' ? event.text : event.type))).toEqual([
      'Wait. ',
      'tool',
      'a',
      'b',
      'result',
    ]);
    expect(events.at(-1)).toMatchObject({ result: { success: true, response: 'Wait. ab' } });
  });

  it('tells the first piece before the second is made', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const model = scriptedModel(async function* () {
      yield* says('first');
      await gate;
      yield* says('second');
    });
    const seen: string[] = [];
    for await (const event of new BaseAgent({ name: 'x', model }).stream('q')) {
      if (event.type !== 'text') continue;
      seen.push(event.text);
      release();
    }
    expect(seen).toEqual(['first', 'second']);
  });

  it('that is left early cancels the run', async () => {
    const { model, wasAborted } = waitingModel();
    for await (const event of new BaseAgent({ name: 'x', model }).stream('q')) {
      expect(event).toEqual({ type: 'text', text: 'one ' });
      break;
    }
    await vi.waitFor(() => expect(wasAborted()).toBe(true));
  });

  it('that is left by a throw cancels the run', async () => {
    const { model, wasAborted } = waitingModel();
    const reading = (async () => {
      for await (const _event of new BaseAgent({ name: 'x', model }).stream('q')) throw new Error('mine');
    })();
    await expect(reading).rejects.toThrow('mine');
    await vi.waitFor(() => expect(wasAborted()).toBe(true));
  });

  it('that nobody reads starts nothing', async () => {
    const { model } = waitingModel();
    new BaseAgent({ name: 'x', model }).stream('q');
    await new Promise((resolve) => setImmediate(resolve));
    expect(model.requests).toEqual([]);
  });

  it('ends with the result when it is cancelled from outside, or late', async () => {
    const stop = new AbortController();
    const { model } = waitingModel();
    const events: RunEvent[] = [];
    for await (const event of new BaseAgent({ name: 'x', model }).stream('q', { signal: stop.signal })) {
      events.push(event);
      stop.abort();
    }
    expect(events.at(-1)).toMatchObject({
      type: 'result',
      result: { success: false, error: { code: 'CANCELLED' } },
    });
    const late: RunEvent[] = [];
    const second = new BaseAgent({ name: 'x', model: waitingModel().model });
    for await (const event of second.stream('q', { timeoutMs: 50 })) late.push(event);
    expect(late.at(-1)).toMatchObject({ result: { error: { code: 'DEADLINE_EXCEEDED' } } });
  });

  it('rejects for an option that is none, like run', async () => {
    const agent = new BaseAgent({ name: 'x', model: echoModel() });
    const reading = (async () => {
      for await (const _event of agent.stream('q', { maxHops: 0 })) expect.unreachable();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('that finishes leaves no hook waiting', async () => {
    const turns: string[] = [];
    class Last extends Skill {
      @hook('finalize_connection')
      last() {
        turns.push('last');
      }
    }
    const agent = new BaseAgent({ name: 'x', model: echoModel(), skills: { last: new Last() } });
    for await (const event of agent.stream('q')) if (event.type === 'result') expect(turns).toEqual(['last']);
  });
});

describe('what a reader of a stream has not seen of the answer', () => {
  it.each<[string, string | null, string]>([
    ['', 'all', 'all'],
    ['all', 'all', ''],
    ['al', 'all', 'l'],
    ['half an ans', 'another answer', '\n\nanother answer'],
    ['half', null, ''],
    ['said\n\nhalf', 'said\n\nanother', '\n\nanother'],
    ['said\n\nhalf', 'said', ''],
    ['said\n\nhalf', 'saidanother', '\n\nsaidanother'],
    ['', '', ''],
  ])('after %j of %j is %j', (streamed, response, unseen) => {
    expect(unseenText(streamed, response)).toBe(unseen);
  });
});
