import { expect, it } from 'vitest';
import type { Emit } from '../../../src/agent/events.ts';
import type { HandoffOrder } from '../../../src/agent/port.ts';
import { Answer } from '../../../src/handoff/answer.ts';
import { AnswerStream } from '../../../src/handoff/answer-stream.ts';
import { ReplyWriter } from '../../../src/handoff/reply-writer.ts';
import type { RunResult } from '../../../src/wire/result.ts';
import { paperBus } from '../support/paper-bus.ts';

const RESULT: RunResult = {
  success: true,
  response: 'the whole answer',
  agent: 'desk',
  conversation: 'c',
  id: 'h',
  durationMs: 1,
  handoffs: [],
  insights: {},
  fallback: false,
};

/** Half an answer, and then a whole one in its place, as it is published. */
async function stream(toBaton: boolean) {
  const paper = paperBus();
  const answer = new AnswerStream(new ReplyWriter(paper.bus, 'r', { toBaton }), {
    bus: paper.bus,
    owner: 'o',
  });
  for (const text of ['half ', 'an ']) answer.onEvent({ type: 'text', text });
  answer.onEvent({ type: 'superseded' });
  for (const text of ['the whole ', 'answer']) answer.onEvent({ type: 'text', text });
  await answer.finish(RESULT);
  return paper.sent;
}

/** What comes of it at the other end, where some messages, by their places, never arrive. */
async function readWithout(...lost: number[]) {
  const told: string[] = [];
  const emit: Emit = (event) => void told.push(event.type === 'text' ? event.text : `(${event.type})`);
  const address = { owner: 'o', agent: 'desk' };
  const answer = new Answer(emit, { bus: paperBus().bus, address });
  for (const [place, { subject, text }] of (await stream(true)).entries()) {
    if (!lost.includes(place)) answer.take({ subject, data: new TextEncoder().encode(text) } as never);
  }
  answer.end();
  const { success, response, error } = answer.toResult({ mode: 'call', scope: {} } as HandoffOrder, 1);
  return { told, success, response, code: error?.code };
}

it('voids what a Baton caller has read, who joins only what comes after', async () => {
  expect(await readWithout()).toEqual({
    told: ['half ', 'an ', '(superseded)', 'the whole ', 'answer'],
    success: true,
    response: 'the whole answer',
    code: undefined,
  });
});

it('does not matter what was lost of a text that is void', async () => {
  expect(await readWithout(0)).toMatchObject({ success: true, response: 'the whole answer' });
  expect(await readWithout(1)).toMatchObject({
    told: ['half ', '(superseded)', 'the whole ', 'answer'],
    response: 'the whole answer',
  });
});

it('is missed when it is lost itself: two answers are never joined to one', async () => {
  expect(await readWithout(2)).toMatchObject({ told: ['half ', 'an '], success: false, code: 'UNAVAILABLE' });
});

it('gives a caller of the bare protocol the second answer after a blank line, once', async () => {
  const chunks = (await stream(false)).map(({ text }) => text && (JSON.parse(text) as { data: string }).data);
  expect(chunks.join('')).toBe('half an \n\nthe whole answer');
});
