import { expect, it } from 'vitest';
import { formatAmount, toMinor } from '../../../src/payment/amount.ts';

it.each([
  [1250, 'USD', 1250],
  ['12.50', 'USD', 1250],
  ['12.5', 'USD', 1250],
  ['12', 'USD', 1200],
  ['0.07', 'USD', 7],
  ['1.1', 'USD', 110],
  ['500', 'JPY', 500],
  ['1.234', 'KWD', 1234],
  [0, 'USD', 0],
  [-0, 'USD', 0],
  ['0.00', 'USD', 0],
  ['90071992547409.91', 'USD', Number.MAX_SAFE_INTEGER],
])('reads %j in %s as %i minor units', (amount, currency, minor) => {
  expect(toMinor(amount, currency)).toBe(minor);
});

it.each([
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  12.5,
  0.1 + 0.2,
  2 ** 53,
  '-1',
  '12.505',
  '1e3',
  '',
  ' 1',
  '1,000',
  '.5',
  '5.',
  '90071992547409.92',
  'NaN',
  undefined,
  null,
  true,
  {},
])('refuses %j as an amount', (amount) => {
  expect(() => toMinor(amount as never, 'USD')).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});

it('refuses decimals in a currency that has none', () => {
  expect(() => toMinor('5.0', 'JPY')).toThrow(/INVALID|amount/);
});

it('refuses a currency that is no ISO code', () => {
  expect(() => toMinor('5', 'usd')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

it.each([
  [1250, 'USD', '12.50 USD'],
  [7, 'USD', '0.07 USD'],
  [0, 'USD', '0.00 USD'],
  [500, 'JPY', '500 JPY'],
])('writes %i in %s as people do', (minor, currency, text) => {
  expect(formatAmount(minor, currency)).toBe(text);
});
