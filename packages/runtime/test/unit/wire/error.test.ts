import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { BatonError, ERROR_CODES, type ErrorCode, ErrorInfo, HandoffError } from '../../../src/wire/error.ts';
import { decodeError, encodeErrorBody, headerText } from '../../../src/wire/error-body.ts';

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];
const bytes = (text: string) => new TextEncoder().encode(text);

describe('the table of errors', () => {
  it('is the table of docs/errors.md, row by row, both ways', () => {
    const text = readFileSync(new URL('../../../../../docs/errors.md', import.meta.url), 'utf8');
    const rows = text.split('\n').filter((line) => /^\| *`[A-Z_]+` *\|/.test(line));
    const documented = rows.map((row) => {
      const [code, retryable, http, protocol, exit] = row
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      return [code?.replaceAll('`', ''), retryable, Number(http), Number(protocol), Number(exit)];
    });
    const coded = Object.entries(ERROR_CODES).map(([code, { retryable, http, protocol, exit }]) => [
      code,
      retryable ? 'yes' : 'no',
      http,
      protocol,
      exit,
    ]);
    expect(documented).toEqual(coded);
  });

  it('has only codes the protocol allows, and tells every exit status apart', () => {
    const rows = Object.values(ERROR_CODES);
    for (const { protocol } of rows) expect([400, 401, 403, 404, 409, 429, 500]).toContain(protocol);
    expect(new Set(rows.map(({ exit }) => exit)).size).toBe(rows.length);
    for (const { exit } of rows) expect(exit).toBeGreaterThan(0);
  });
});

describe('an error on its way over the bus', () => {
  it.each(CODES)('%s arrives as it left, without stack and cause', (code) => {
    const sent = new HandoffError(`text of ${code}`, { code, target: 'desk', cause: new Error('inner') });
    const data = encodeErrorBody(sent);
    expect(new TextDecoder().decode(data)).not.toMatch(/stack|inner|\.ts/);
    const { error, result } = decodeError(ERROR_CODES[code].protocol, '', data);
    expect(error).toBeInstanceOf(BatonError);
    expect(error.toJSON()).toEqual({
      code,
      message: `text of ${code}`,
      retryable: ERROR_CODES[code].retryable,
      target: 'desk',
    });
    expect(result).toBeUndefined();
  });

  it('is never too large to be told', () => {
    const error = new BatonError('NOT_FOUND', 'x'.repeat(5_000_000), { target: 'y'.repeat(5_000_000) });
    expect(encodeErrorBody(error).length).toBeLessThan(4000);
    expect(error.message).toHaveLength(5_000_000);
  });

  it('is not believed when it claims to be worth another try', () => {
    const body = bytes('{"error":"not_found","message":"x","retryable":true}');
    expect(decodeError(404, '', body).error.retryable).toBe(false);
  });

  it.each([
    ['no body', '', 'text of the header'],
    ['a body that is no JSON', '<html>', 'text of the header'],
    ['a body without a name', '{"message":"lost"}', 'text of the header'],
    ['a name nobody knows', '{"error":"teapot","message":"of the body"}', 'of the body'],
    ['a name that is on every prototype', '{"error":"constructor"}', 'text of the header'],
  ])('from a stranger with %s goes by its number', (_what, body, message) => {
    expect(decodeError(429, 'text of the header', bytes(body)).error).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message,
    });
  });

  it('is told of although it says nothing', () => {
    expect(decodeError(500, '', bytes('')).error.message).toBe('error 500 without a message');
  });
});

describe('the error header', () => {
  it.each([
    ['one\ntwo', 'one | two'],
    ['one\r\n   two\n\n three', 'one | two | three'],
    ['tab\there', 'tab?here'],
    ['naïve 包', 'na?ve ?'],
    ['a\rb', 'a?b'],
    ['', ''],
  ])('holds %j as one printable line', (text, header) => {
    expect(headerText(text)).toBe(header);
  });

  it('is cut at 200 characters', () => {
    expect(headerText('x'.repeat(200))).toBe('x'.repeat(200));
    expect(headerText('x'.repeat(201))).toBe(`${'x'.repeat(197)}...`);
  });
});

describe('what was thrown', () => {
  it('is wrapped once, and keeps its cause', () => {
    const thrown = new TypeError('oops');
    const error = BatonError.from(thrown);
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'oops', cause: thrown });
    expect(BatonError.from(error)).toBe(error);
  });

  it('keeps its code when it comes from another copy of this package', async () => {
    vi.resetModules();
    const copy = await import('../../../src/wire/error.ts');
    const foreign = new copy.HandoffError('round', { code: 'LOOP', target: 'a' });
    expect(foreign).not.toBeInstanceOf(BatonError);
    expect(BatonError.from(foreign)).toMatchObject({ code: 'LOOP', message: 'round', target: 'a' });
    expect(BatonError.from(foreign)).toBeInstanceOf(BatonError);
  });

  it.each([
    ['text', 'text'],
    ['', 'an error without a message'],
    [null, 'null'],
    [undefined, 'undefined'],
    [42, '42'],
    [new Error(''), 'an error without a message'],
    [{ code: 'ENOENT', message: 'x', retryable: false }, '[object Object]'],
    [Object.create(null), 'an error without a message'],
    [Symbol('s'), 'Symbol(s)'],
  ])('may be %s', (thrown, message) => {
    expect(BatonError.from(thrown)).toMatchObject({ code: 'INTERNAL', message });
  });

  it('is an Error with its own name, and prints as one', () => {
    const error = new HandoffError('no');
    expect(error).toBeInstanceOf(BatonError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, String(error)]).toEqual([
      'HandoffError',
      'FAILED_PRECONDITION',
      'HandoffError: no',
    ]);
  });

  it('has a code of the table, or is refused when it is made', () => {
    for (const make of [
      () => new BatonError('TIMEOUT' as never, 'late'),
      () => new BatonError('toString' as never, 'late'),
      () => new HandoffError('late', { code: 'TIMEOUT' as never }),
      () => new HandoffError('late', { code: 504 as never }),
    ]) {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(/is none of INVALID_ARGUMENT, /);
    }
  });

  it('is INTERNAL when it lost its code later, and still crosses the bus', () => {
    class Late extends HandoffError {
      override readonly code = 'TIMEOUT' as never;
    }
    const error = new Late('too late', { target: 7 as never });
    Object.assign(error, { message: 5 });
    for (const info of [error.toJSON(), BatonError.from(error).toJSON()]) {
      expect(ErrorInfo.parse(info)).toEqual({ code: 'INTERNAL', message: '5', retryable: false });
    }
  });
});
