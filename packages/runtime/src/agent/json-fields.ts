import { HandoffError } from '../wire/error.ts';

/**
 * Checks what is to cross the bus: an object of what JSON can hold. What says itself how it is written (a Date) is
 * taken at its word, and what is undefined is left out. What JSON cannot say (a BigInt, a circle), or would lose without
 * a word (a Map, a promise, a function, NaN), is refused.
 * @throws {HandoffError} INVALID_ARGUMENT naming the key.
 */
export function checkJsonFields(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || hasOwnForm(value)) {
    throw refuse(name, 'must be an object');
  }
  walk(name, value, []);
}

/** As `checkJsonFields`, of a value that need not be an object. @throws {HandoffError} INVALID_ARGUMENT naming the key. */
export function checkJson(name: string, value: unknown): void {
  walk(name, value, []);
}

function walk(path: string, value: unknown, holders: readonly object[]): void {
  const isWritten = hasOwnForm(value);
  if (isWritten) checkOwnForm(path, value);
  if (isWritten || value === null) return;
  if (typeof value === 'number' && !Number.isFinite(value)) throw refuse(path, `is ${value}`);
  if (['bigint', 'function', 'symbol'].includes(typeof value)) throw refuse(path, `is a ${typeof value}`);
  if (typeof value !== 'object') return;
  if (holders.includes(value)) throw refuse(path, 'holds itself');
  const fields = Object.entries(value);
  if (fields.length === 0 && !isEmptyByRight(value)) {
    throw refuse(path, `is a ${value.constructor?.name}, of which nothing would arrive`);
  }
  for (const [key, field] of fields) walk(`${path}.${key}`, field, [...holders, value]);
}

function hasOwnForm(value: unknown): boolean {
  return typeof (value as { toJSON?: unknown } | null | undefined)?.toJSON === 'function';
}

function checkOwnForm(path: string, value: unknown): void {
  try {
    JSON.stringify(value);
  } catch (cause) {
    throw refuse(path, (cause as Error).message);
  }
}

function isEmptyByRight(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || prototype === Object.prototype;
}

function refuse(path: string, problem: string): HandoffError {
  return new HandoffError(`"${path}" ${problem}; it must be what JSON can hold`, {
    code: 'INVALID_ARGUMENT',
  });
}
