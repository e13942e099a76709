import { describe, expect, it } from 'vitest';
import type { HandoffOrder, RunScope } from '../../../src/agent/port.ts';
import { CLOCK_SKEW_MS, checkEnvelope, checkOrder, unreachable } from '../../../src/handoff/guard.ts';
import { parseEnvelope } from '../../../src/wire/envelope.ts';
import { HandoffError } from '../../../src/wire/error.ts';

const order = (target: string, scope: Partial<RunScope> = {}): HandoffOrder => ({
  id: 'id',
  target,
  mode: 'call',
  messages: [],
  context: {},
  metadata: {},
  scope: {
    id: 'id',
    conversation: 'c',
    path: ['acme/front'],
    hops: 0,
    maxHops: 2,
    expiresAt: Date.now() + 1000,
    caller: { scopes: [] },
    signal: new AbortController().signal,
    traceparent: undefined,
    canAnswer: false,
    ...scope,
  },
});

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message), name: 'HandoffError' });

describe('a source', () => {
  it('reads a target at home and away', () => {
    expect(checkOrder(order('desk'), 'acme')).toEqual({ owner: 'acme', agent: 'desk' });
    expect(checkOrder(order('other/desk'), 'acme')).toEqual({ owner: 'other', agent: 'desk' });
  });

  it.each(['front', 'acme/front'])('does not hand off to itself, by whatever name: %s', (target) => {
    expect(() => checkOrder(order(target), 'acme')).toThrow(refused('LOOP', /may not hand off to itself/));
  });

  it('does not hand off to an agent the work came from, and shows the circle', () => {
    const scope = { path: ['acme/a', 'acme/b', 'acme/front'] };
    expect(() => checkOrder(order('b', scope), 'acme')).toThrow(
      refused('LOOP', /acme\/a -> acme\/b -> acme\/front -> acme\/b$/),
    );
    expect(checkOrder(order('other/b', scope), 'acme')).toEqual({ owner: 'other', agent: 'b' });
  });

  it('does not hand off past the hop limit', () => {
    expect(() => checkOrder(order('desk', { hops: 2 }), 'acme')).toThrow(refused('LOOP', /hop 3; at most 2/));
    expect(() => checkOrder(order('desk', { hops: 1 }), 'acme')).not.toThrow();
  });

  it('does not hand off when no time is left', () => {
    expect(() => checkOrder(order('desk', { expiresAt: Date.now() }), 'acme')).toThrow(
      refused('DEADLINE_EXCEEDED', /no time is left/),
    );
  });

  it.each(['', 'a.b', '*', '>', 'A', 'a/b/c', 'x'.repeat(300)])('does not hand off to %j', (target) => {
    expect(() => checkOrder(order(target), 'acme')).toThrow(refused('INVALID_ARGUMENT', /agent name/));
  });
});

describe('a target', () => {
  const envelope = (changes: object = {}) =>
    parseEnvelope({
      v: 1,
      id: 'i',
      conversation: 'c',
      source: { agent: 'front', instance: 'i' },
      target: 'acme/desk',
      mode: 'call',
      context: {},
      metadata: {},
      path: ['acme/front'],
      hops: 1,
      maxHops: 2,
      deadline: Date.now() + 1000,
      remainingMs: 1000,
      caller: {},
      ...changes,
    });
  const self = { owner: 'acme', agent: 'desk' };

  it('takes what is meant for it and in time, at the last hop too', () => {
    expect(() => checkEnvelope(envelope(), self)).not.toThrow();
    expect(() => checkEnvelope(envelope({ hops: 2 }), self)).not.toThrow();
  });

  it('believes the time left rather than the sender’s clock, within reason', () => {
    expect(() =>
      checkEnvelope(envelope({ deadline: Date.now() - CLOCK_SKEW_MS + 1000 }), self),
    ).not.toThrow();
    expect(() => checkEnvelope(envelope({ deadline: Date.now() + 1e12 }), self)).not.toThrow();
    expect(() => checkEnvelope(envelope({ deadline: Date.now() - CLOCK_SKEW_MS - 1000 }), self)).toThrow(
      /deadline/,
    );
  });

  it.each<[object, string]>([
    [{ target: 'acme/other' }, 'INVALID_ARGUMENT'],
    [{ target: 'desk' }, 'INVALID_ARGUMENT'],
    [{ path: ['acme/desk', 'acme/front'] }, 'LOOP'],
    [{ hops: 3 }, 'LOOP'],
    [{ remainingMs: 0 }, 'DEADLINE_EXCEEDED'],
  ])('refuses %j', (changes, code) => {
    expect(() => checkEnvelope(envelope(changes), self)).toThrow(expect.objectContaining({ code }));
  });
});

describe('an agent that cannot be reached', () => {
  const address = { owner: 'acme', agent: 'biling' };
  const home = 'acme';

  it('is unavailable when it is announced or was, and not found when nobody knows it', () => {
    const live = unreachable(address, { status: 'live', instances: [] }, { live: [], home });
    const gone = unreachable(address, { status: 'gone', agoMs: 4200 }, { live: [], home });
    const unknown = unreachable(
      address,
      { status: 'unknown', similar: ['billing'] },
      { live: ['billing'], home },
    );
    expect([live.code, gone.code, unknown.code]).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'NOT_FOUND']);
    expect([live.retryable, gone.retryable, unknown.retryable]).toEqual([true, true, false]);
    expect(gone.message).toContain('gone for 4 s');
    expect(unknown.message).toBe('there is no agent "biling"; did you mean billing? Live agents: billing.');
    expect(unknown).toBeInstanceOf(HandoffError);
  });

  it('is told of truthfully where nothing is alive, and for less than a second', () => {
    expect(unreachable(address, { status: 'unknown', similar: [] }, { live: [], home }).message).toBe(
      'there is no agent "biling". No agents are live.',
    );
    expect(unreachable(address, { status: 'gone', agoMs: 3 }, { live: [], home }).message).toContain('1 s');
  });
});
