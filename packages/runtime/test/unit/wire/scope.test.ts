import { describe, expect, it } from 'vitest';
import { isAllowed, Scope } from '../../../src/wire/scope.ts';

const anyone = { scopes: [] };
const user = { user: 'ada', scopes: [] };
const holding = (...scopes: string[]) => ({ scopes });

describe('a scope', () => {
  it.each([
    [undefined, anyone, true],
    ['all', anyone, true],
    ['user', anyone, false],
    ['user', user, true],
    ['user', holding('owner'), true],
    ['owner', user, false],
    ['owner', holding('admin'), true],
    ['admin', holding('owner'), false],
    ['refunds', holding('refunds'), true],
    ['refunds', holding('admin'), false],
    ['refunds', anyone, false],
  ] as const)('%s asked of %o is %s', (required, caller, allowed) => {
    expect(isAllowed(required, caller)).toBe(allowed);
  });

  it('is not granted by a claim that means nothing', () => {
    expect(isAllowed('user', holding('nonsense', '__proto__'))).toBe(false);
  });

  it.each(['', 'Admin', 'a b', '*', 'x'.repeat(64)])('has a name, which %j is not', (text) => {
    expect(Scope.safeParse(text).success).toBe(false);
  });
});
