import { type Context, createLog } from '@baton/runtime';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Conversations } from '../../../src/memory/conversations.ts';
import { type Summarize, Summarizer } from '../../../src/memory/summarizer.ts';
import { memoryStore } from '../support/memory-store.ts';

const record = {
  messages: ['one', 'two', 'three'].map((content) => ({ role: 'user' as const, content })),
  state: {},
};

async function fold(summarize: Summarize) {
  const lines: Record<string, unknown>[] = [];
  const log = await createLog({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  const store = memoryStore();
  const conversations = new Conversations(async () => store, log);
  await conversations.update('k', () => record);
  const summarizer = new Summarizer(summarize, 1);
  const run = () => summarizer.fold({ log } as unknown as Context, { conversations, key: 'k', record });
  return { conversations, lines, run };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

it('a summary replaces its messages in the record as it is by then', async () => {
  const { conversations, run } = await fold(async () => {
    await conversations.update('k', () => ({
      messages: [...record.messages, { role: 'assistant', content: 'four' }],
      state: { new: true },
    }));
    return 'one and two';
  });
  await run();
  expect(await conversations.read('k')).toEqual({
    messages: [record.messages[2], { role: 'assistant', content: 'four' }],
    state: { new: true },
    summary: 'one and two',
  });
});

it('a summary that another replica was quicker with changes nothing', async () => {
  const theirs = { ...record, messages: record.messages.slice(2), summary: 'theirs' };
  const { conversations, run } = await fold(async () => {
    await conversations.update('k', () => theirs);
    return 'mine';
  });
  await run();
  expect(await conversations.read('k')).toEqual(theirs);
});

it('a summary that hangs is asked for once, and again when it has been given up', async () => {
  let calls = 0;
  const { conversations, lines, run } = await fold(() => {
    calls++;
    return new Promise<string>(() => {});
  });
  const first = run();
  await vi.advanceTimersByTimeAsync(500);
  await first;
  await run();
  expect([calls, lines]).toEqual([1, []]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(lines).toMatchObject([{ err: { message: 'not done within 30000 ms' } }]);
  void run();
  expect([calls, await conversations.read('k')]).toEqual([2, record]);
});
