import { describe, expect, it } from 'vitest';
import { InstanceTable } from '../../../src/registry/instance-table.ts';
import { ServiceInfo } from '../../../src/wire/card.ts';
import type { Heartbeat } from '../../../src/wire/heartbeat.ts';

/** A table on a clock that moves only when it is told to. */
function atNoon() {
  let now = 1_000_000;
  const table = new InstanceTable(() => now);
  return {
    table,
    pass: (ms: number) => {
      now += ms;
    },
    gone: () => table.expire().map(({ instance }) => instance),
    only: () => [...table.values()][0],
  };
}

const desk = { kind: 'baton', owner: 'acme', agent: 'desk' };
const beat = (changes: Partial<Heartbeat> = {}): Heartbeat => ({
  agent: 'baton',
  owner: 'acme',
  instance_id: 'A',
  ts: '',
  interval_s: 2,
  ...changes,
});
const info = (changes: object = {}) =>
  ServiceInfo.parse({
    name: 'agents',
    id: 'A',
    version: '1.2.3',
    metadata: {
      agent: 'baton',
      owner: 'acme',
      protocol_version: '0.3',
      pid: '7',
      host: 'h',
      card_hash: 'one',
    },
    endpoints: [{ name: 'prompt', subject: 'agents.prompt.baton.acme.desk' }],
    ...changes,
  });

describe('a beat', () => {
  it('joins once, is then seen, and leaves when it says it stopped', () => {
    const { table } = atNoon();
    expect(table.beat(desk, beat({ state: 'stopped' }))).toBe('ignored');
    expect(table.beat(desk, beat())).toBe('joined');
    expect(table.beat(desk, beat({ state: 'draining' }))).toBe('seen');
    expect(table.beat(desk, beat({ state: 'stopped' }))).toBe('left');
    expect(table.has('A')).toBe(false);
  });

  it('of another agent neither takes an instance over nor sends it away', () => {
    const { table, only } = atNoon();
    table.beat(desk, beat());
    for (const other of [
      { ...desk, agent: 'evil' },
      { ...desk, owner: 'evil' },
      { ...desk, kind: 'evil' },
    ]) {
      expect(table.beat(other, beat())).toBe('ignored');
      expect(table.beat(other, beat({ state: 'stopped' }))).toBe('ignored');
    }
    expect(only()).toMatchObject(desk);
  });

  it('says how busy an instance is, and nothing said means ready and idle', () => {
    const { table, only } = atNoon();
    table.beat(desk, beat({ state: 'busy', in_flight: 3, capacity: 4 }));
    expect(only()).toMatchObject({ state: 'busy', inFlight: 3, capacity: 4 });
    table.beat(desk, beat());
    expect(only()).toMatchObject({ state: 'ready', inFlight: 0, capacity: undefined });
  });
});

describe('an instance', () => {
  it('lives for three intervals after its last beat, to the millisecond', () => {
    const { table, pass, gone } = atNoon();
    table.beat(desk, beat());
    pass(6000);
    expect(gone()).toEqual([]);
    pass(1);
    expect(gone()).toEqual(['A']);
    expect(gone()).toEqual([]);
  });

  it('is judged by its own interval, and by a new one as soon as it tells it', () => {
    const { table, pass, gone } = atNoon();
    table.beat(desk, beat());
    table.beat(desk, beat({ instance_id: 'B', interval_s: 30 }));
    pass(6001);
    expect(gone()).toEqual(['A']);
    table.beat(desk, beat({ instance_id: 'B', interval_s: 0.1 }));
    pass(301);
    expect(gone()).toEqual(['B']);
  });

  it('that was only described lives for three of the protocol’s intervals', () => {
    const { table, pass, gone } = atNoon();
    table.describe(info());
    pass(90_000);
    expect(gone()).toEqual([]);
    pass(1);
    expect(gone()).toEqual(['A']);
  });

  it('does not live longer for a clock of its own', () => {
    const { table, pass, gone } = atNoon();
    table.beat(desk, beat({ ts: '2999-01-01T00:00:00.000Z' }));
    pass(6001);
    expect(gone()).toEqual(['A']);
  });
});

describe('a description', () => {
  it('fills in what beats do not tell, and a beat keeps it', () => {
    const { table, only } = atNoon();
    table.beat(desk, beat({ state: 'busy', in_flight: 2 }));
    expect(table.needsDetails('A')).toBe(true);
    expect(table.describe(info())).toBe(true);
    expect(table.needsDetails('A')).toBe(false);
    table.beat(desk, beat({ state: 'busy', in_flight: 2 }));
    expect(only()).toMatchObject({
      state: 'busy',
      inFlight: 2,
      details: { pid: 7, host: 'h', version: '1.2.3', promptSubject: 'agents.prompt.baton.acme.desk' },
    });
  });

  it('is wanted again when a beat names another card, and not for the one it was fetched for', () => {
    const { table } = atNoon();
    table.beat(desk, beat({ card: 'one' }));
    table.describe(info(), 'one');
    expect(table.needsDetails('A')).toBe(false);
    table.beat(desk, beat({ card: 'two' }));
    expect(table.needsDetails('A')).toBe(true);
    table.describe(info(), 'two');
    expect(table.needsDetails('A')).toBe(false);
    expect(table.needsDetails('nobody')).toBe(false);
  });

  it('is refused without a prompt endpoint, with one that is no subject, and of another agent’s instance', () => {
    const { table } = atNoon();
    expect(table.describe(info({ endpoints: [] }))).toBe(false);
    expect(table.describe(info({ endpoints: [{ name: 'status', subject: 'agents.prompt.a.b.c' }] }))).toBe(
      false,
    );
    expect(table.describe(info({ endpoints: [{ name: 'prompt', subject: 'agents.prompt.a.b.>' }] }))).toBe(
      false,
    );
    expect(table.has('A')).toBe(false);
    table.beat({ ...desk, agent: 'other' }, beat());
    expect(table.describe(info())).toBe(false);
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['{', undefined],
    ['[]', undefined],
    ['{"name":"x"}', undefined],
    ['{"name":"x","owner":"o","description":"","version":"1"}', 'x'],
  ])('has the card %j as %j', (card, name) => {
    const { table, only } = atNoon();
    const metadata = {
      agent: 'baton',
      owner: 'acme',
      protocol_version: '0.3',
      pid: 'x',
      ...(card !== undefined && { card }),
    };
    table.describe(info({ metadata }));
    expect(only()?.details?.card?.name).toBe(name);
    expect(only()?.details?.pid).toBeUndefined();
  });
});
