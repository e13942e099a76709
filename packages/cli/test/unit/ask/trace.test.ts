import type { HandoffRecord } from '@baton/runtime';
import { expect, it } from 'vitest';
import { traceLines } from '../../../src/ask/trace.ts';

const hop = (from: string, to: string, more: Partial<HandoffRecord> = {}): HandoffRecord => ({
  id: `${from}-${to}`,
  from,
  to,
  mode: 'call',
  success: true,
  durationMs: 30,
  ...more,
});
const error = (code: 'LOOP' | 'UNAVAILABLE') => ({ code, message: 'no', retryable: false });
const lines = (...handoffs: HandoffRecord[]) =>
  traceLines('front', { success: true, durationMs: 45, handoffs });

it('shows a question without handoffs as one line', () => {
  expect(lines()).toEqual(['client -> front 45 ms ✓']);
});

it('indents each hop below the one its source was the target of', () => {
  expect(lines(hop('front', 'middle'), hop('middle', 'back'), hop('front', 'other'))).toEqual([
    'client -> front 45 ms ✓',
    '  front -> middle 30 ms ✓',
    '    middle -> back 30 ms ✓',
    '  front -> other 30 ms ✓',
  ]);
});

it('names the error code of a hop that failed, and of the whole question', () => {
  const failed = { success: false, error: error('UNAVAILABLE') };
  expect(
    traceLines('front', { ...failed, durationMs: 45.4, handoffs: [hop('front', 'back', failed)] }),
  ).toEqual(['client -> front 45 ms ✗ UNAVAILABLE', '  front -> back 30 ms ✗ UNAVAILABLE']);
});

it('hangs what follows a refused loop below the agent itself, not below the loop', () => {
  const loop = hop('back', 'front', { success: false, error: error('LOOP') });
  expect(lines(hop('front', 'back'), loop, hop('front', 'other'))).toEqual([
    'client -> front 45 ms ✓',
    '  front -> back 30 ms ✓',
    '    back -> front 30 ms ✗ LOOP',
    '  front -> other 30 ms ✓',
  ]);
});

it('knows a target by its name whoever owns it, and hangs strangers below the question', () => {
  expect(lines(hop('front', 'acme/back'), hop('back', 'third'), hop('nobody', 'fourth'))).toEqual([
    'client -> front 45 ms ✓',
    '  front -> acme/back 30 ms ✓',
    '    back -> third 30 ms ✓',
    '  nobody -> fourth 30 ms ✓',
  ]);
});
