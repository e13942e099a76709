import { describe, expect, it } from 'vitest';
import { BatonError } from '../../../src/wire/error.ts';
import { AgentName, formatAddress, parseAddress, quote } from '../../../src/wire/name.ts';
import {
  heartbeatSubject,
  infoSubject,
  parseHeartbeatSubject,
  parsePromptSubject,
  promptSubject,
  statusSubject,
} from '../../../src/wire/subject.ts';

const HOSTILE = [
  '',
  ' ',
  'a.b',
  '*',
  '>',
  'a*',
  '$SYS',
  'a b',
  'a\tb',
  'a\nb',
  'a\r\nPUB x 0',
  'a\0b',
  'UPPER',
  '-leading',
  '_leading',
  'trailing\n',
  'ümlaut',
  '名前',
  '😀',
  'a\u200bb',
  '__proto__',
  'x'.repeat(64),
  'x'.repeat(300),
];

describe('an agent name', () => {
  it.each(['a', '0', 'a-b_c', 'constructor', 'x'.repeat(63), '9lives'])('may be %j', (name) => {
    expect(AgentName.parse(name)).toBe(name);
    expect(parseAddress(name, 'home')).toEqual({ owner: 'home', agent: name });
  });

  it.each(HOSTILE)('may not be %j, alone, as an owner, or after one', (name) => {
    for (const text of [name, `owner/${name}`, `${name}/agent`]) {
      expect(() => parseAddress(text, 'home')).toThrow(BatonError);
    }
  });

  it.each(['/', 'a/', '/a', 'a//b', 'a/b/c', '../a', 'a/..'])(
    'has at most one owner before it: not %j',
    (text) => {
      expect(() => parseAddress(text, 'home')).toThrow(/must be 1 to 63 characters/);
    },
  );

  it.each([undefined, null, 5, true, {}, ['a'], Symbol('a'), () => 'a'])(
    'must be a string: not %s',
    (value) => {
      expect(() => parseAddress(value, 'home')).toThrow(/an agent name must be a string/);
    },
  );

  it('is shown in an error on one line and cut short', () => {
    let message = '';
    try {
      parseAddress(`${'x'.repeat(300)}\n`, 'home');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^agent name "x{77}\.\.\." must be/);
    expect(quote('a\nb\u001b[31m')).toBe('"a\\nb\\u001b[31m"');
  });
});

describe('an address', () => {
  it('is written without its owner at home and read back the same', () => {
    for (const owner of ['home', 'away']) {
      const address = { owner, agent: 'desk' };
      const text = formatAddress(address, 'home');
      expect(text).toBe(owner === 'home' ? 'desk' : 'away/desk');
      expect(parseAddress(text, 'home')).toEqual(address);
    }
  });
});

describe('a subject', () => {
  it('follows the protocol', () => {
    const address = { owner: 'acme', agent: 'desk' };
    expect(promptSubject(address)).toBe('agents.prompt.baton.acme.desk');
    expect(statusSubject(address)).toBe('agents.status.baton.acme.desk');
    expect(heartbeatSubject(address)).toBe('agents.hb.baton.acme.desk');
    expect(infoSubject('ID')).toBe('$SRV.INFO.agents.ID');
  });

  it('of a heartbeat is read only when it has just the five tokens', () => {
    expect(parseHeartbeatSubject('agents.hb.other.acme.desk')).toEqual({
      kind: 'other',
      owner: 'acme',
      agent: 'desk',
    });
    for (const subject of [
      '',
      'agents.hb',
      'agents.hb.k.o',
      'agents.hb.k.o.a.b',
      'agents.hb..o.a',
      'x.hb.k.o.a',
      'agents.status.k.o.a',
    ]) {
      expect(parseHeartbeatSubject(subject), subject).toBeUndefined();
    }
  });

  it('of prompts is read whatever its verb and tail, as a host may choose them', () => {
    const parsed = { kind: 'cc', owner: 'acme', agent: 'desk' };
    expect(parsePromptSubject('agents.prompt.cc.acme.desk')).toEqual(parsed);
    expect(parsePromptSubject('agents.ask.cc.acme.desk.v2')).toEqual(parsed);
  });

  it.each([
    '',
    'agents.prompt.cc.acme',
    'agents.prompt.cc.acme.',
    'agents.prompt..acme.desk',
    '.prompt.cc.acme.desk',
    'agents.prompt.cc.acme.desk.',
    'agents.prompt.cc.acme.*',
    'agents.prompt.cc.acme.desk.>',
    'agents.prompt.cc.acme.de sk',
    'agents.prompt.cc.acme.desk\r\nPUB x 0',
    'agents.prompt.cc.acme.desk\0',
    '$JS.API.cc.acme.desk',
    `agents.prompt.cc.acme.${'x'.repeat(300)}`,
  ])('that must not be published to is no prompt subject: %j', (subject) => {
    expect(parsePromptSubject(subject)).toBeUndefined();
  });
});
