import { BatonError } from '@baton/runtime';

/** An amount of money: a number of whole minor units (cents), or a decimal text in major units, such as `"12.50"`. */
export type Amount = number | string;

/**
 * Reads an amount as whole minor units of a currency, exactly: nothing is ever rounded. `field` is its name in errors.
 * @throws {BatonError} INVALID_ARGUMENT for what is negative, no number, a fraction of a minor unit, or too large.
 */
export function toMinor(amount: Amount, currency: string, field = 'amount'): number {
  const minor = typeof amount === 'string' ? parseDecimal(amount, minorDigits(currency)) : amount;
  if (Number.isSafeInteger(minor) && minor >= 0) return minor + 0;
  const shown = typeof amount === 'string' ? JSON.stringify(amount.slice(0, 40)) : String(amount);
  throw new BatonError(
    'INVALID_ARGUMENT',
    `"${field}" must be a whole number of minor units (1250), or a decimal text in ${currency} ("12.50"), not negative; not ${shown}`,
  );
}

/** An amount as people write it: `12.50 USD`. */
export function formatAmount(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(minor).padStart(digits + 1, '0');
  const major = text.slice(0, text.length - digits);
  return `${digits === 0 ? major : `${major}.${text.slice(-digits)}`} ${currency}`;
}

/**
 * How many decimals a currency has: 2 for USD, 0 for JPY, 3 for KWD.
 * @throws {BatonError} INVALID_ARGUMENT for what is no ISO 4217 code.
 */
export function minorDigits(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) {
    throw new BatonError('INVALID_ARGUMENT', `"currency" must be three capital letters, not "${currency}"`);
  }
  const { maximumFractionDigits } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return maximumFractionDigits ?? 2;
}

/** NaN for a text that is no plain decimal, or has more decimals than the currency. */
function parseDecimal(text: string, digits: number): number {
  const match = /^(\d{1,16})(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > digits) return Number.NaN;
  return Number(`${match[1]}${fraction.padEnd(digits, '0')}`);
}
