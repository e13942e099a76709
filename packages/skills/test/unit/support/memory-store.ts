import { BatonError, type Store } from '@baton/runtime';

/**
 * A store in memory that everybody shares, each operation a turn later. `fail` is asked before and after each; values of
 * more than `limit` characters are too large for it.
 */
export interface MemoryStore extends Store {
  readonly values: Map<string, unknown>;
  fail: (operation: string, key: string, when: 'before' | 'after') => Error | undefined;
}

export function memoryStore(limit = Number.POSITIVE_INFINITY): MemoryStore {
  const values = new Map<string, unknown>();
  const act = async <T>(operation: string, key: string, work: () => T): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve));
    const before = store.fail(operation, key, 'before');
    if (before) throw before;
    const result = work();
    const after = store.fail(operation, key, 'after');
    if (after) throw after;
    return result;
  };
  const copy = (value: unknown): unknown => {
    const text = JSON.stringify(value);
    if (text.length > limit) throw new BatonError('INVALID_ARGUMENT', 'too large');
    return JSON.parse(text);
  };
  const store: MemoryStore = {
    values,
    fail: () => undefined,
    ttlMs: 1000,
    get: (key) => act('get', key, () => (values.has(key) ? copy(values.get(key)) : undefined)),
    put: (key, value) => act('put', key, () => void values.set(key, copy(value))),
    create: (key, value) =>
      act('create', key, () => {
        if (values.has(key)) return false;
        values.set(key, copy(value));
        return true;
      }),
    keys: (prefix) =>
      act('keys', prefix ?? '', () =>
        [...values.keys()].filter((key) => prefix === undefined || key.startsWith(`${prefix}.`)),
      ),
  };
  return store;
}
