import { BatonError, createLog, type Store } from '@baton/runtime';
import { describe, expect, it } from 'vitest';
import { Conversations } from '../../../src/memory/conversations.ts';
import { memoryStore } from '../support/memory-store.ts';

const message = (content: string) => ({ role: 'user' as const, content });
const record = (...texts: string[]) => ({ messages: texts.map(message), state: {} });

async function conversations(open: () => Promise<Store>) {
  const lines: Record<string, unknown>[] = [];
  const log = await createLog({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  return { all: new Conversations(open, log), lines };
}

describe('remembered conversations', () => {
  it('are changed one at a time, so that no change is lost in one process', async () => {
    const store = memoryStore();
    const { all } = await conversations(async () => store);
    const add = (text: string) =>
      all.update('k', (now) => ({ ...record(), messages: [...(now?.messages ?? []), message(text)] }));
    await Promise.all(['one', 'two', 'three'].map(add));
    expect(await all.read('k')).toEqual(record('one', 'two', 'three'));
    await all.update('k', () => undefined);
    expect((await all.read('k'))?.messages).toHaveLength(3);
  });

  it('lose their oldest messages when they are too large, as few as must be, and say so', async () => {
    const limit = JSON.stringify(record('b', 'c')).length;
    const { all, lines } = await conversations(async () => memoryStore(limit));
    expect(await all.update('k', () => record('a long one', 'b', 'c'))).toEqual(record('b', 'c'));
    expect(lines).toMatchObject([{ dropped: 1, kept: 2 }]);
  });

  it('stay as they were when not even their state fits', async () => {
    const store = memoryStore(60);
    const { all, lines } = await conversations(async () => store);
    await all.update('k', () => record('a'));
    expect(await all.update('k', () => ({ ...record('a'), state: { x: 'x'.repeat(60) } }))).toBeUndefined();
    expect([await all.read('k'), lines]).toEqual([
      record('a'),
      [expect.objectContaining({ reason: 'too large' })],
    ]);
  });

  it('are not there on a broker that keeps none, which is said once', async () => {
    const { all, lines } = await conversations(async () => {
      throw new BatonError('FAILED_PRECONDITION', 'no JetStream');
    });
    expect([await all.read('k'), await all.update('k', () => record('a')), await all.read('k')]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
    expect(lines).toMatchObject([{ reason: 'no JetStream' }]);
  });

  it('come back with a broker that was away', async () => {
    const store = memoryStore();
    let isAway = true;
    const { all, lines } = await conversations(async () => {
      if (isAway) throw new Error('away');
      return store;
    });
    expect([await all.read('k'), await all.update('k', () => record('a'))]).toEqual([undefined, undefined]);
    isAway = false;
    await all.update('k', () => record('a'));
    expect(await all.read('k')).toEqual(record('a'));
    expect(lines).toHaveLength(2);
  });
});
