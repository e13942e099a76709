import { expect, it } from 'vitest';
import { applyChanges, isRecalled, recalledMessages } from '../../../src/memory/remembered.ts';

it('changes are carried over key by key, and what was not touched stays', () => {
  const before = { same: { a: 1 }, changed: 1, gone: 1, both: 1 };
  const after = { same: { a: 1 }, changed: { b: 2 }, both: 3, added: [1], left: undefined, way: () => 1 };
  const target: Record<string, unknown> = { same: 'theirs', both: 2, theirs: true, gone: 1 };
  applyChanges(target, before, after);
  expect(target).toEqual({ same: 'theirs', changed: { b: 2 }, both: 3, added: [1], theirs: true });
  expect(target.changed).not.toBe(after.changed);
});

it('a recalled message is known for one, also when a hook has copied it', () => {
  const [summary, first] = recalledMessages({
    ...{ summary: 's', state: {} },
    messages: [{ role: 'user', content: 'my card is 42' }],
  });
  expect(summary).toMatchObject({ role: 'assistant', content: expect.stringMatching(/summary.*\ns$/i) });
  for (const message of [summary, first]) {
    expect(isRecalled({ ...message, role: 'user', content: 'my card is **' })).toBe(true);
  }
  expect(isRecalled({ role: 'user', content: 'new' })).toBe(false);
});
