import { BatonError, type Store } from '@baton/runtime';

/** A store in this process; values of more than `limit` characters are too large for it. */
export function memoryStore(limit = Number.POSITIVE_INFINITY): Store {
  const values = new Map<string, string>();
  return {
    get: async (key) => JSON.parse(values.get(key) ?? 'null'),
    put: async (key, value) => {
      const text = JSON.stringify(value);
      if (text.length > limit) throw new BatonError('INVALID_ARGUMENT', 'too large');
      values.set(key, text);
    },
  };
}
