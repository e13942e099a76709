import type { LedgerLog } from '../../../src/payment/ledger.ts';

/** A log as the broker keeps it, in memory and by a clock of one's own. Every call gives way to others. */
export function memoryLog(now: () => number): LedgerLog & { readonly values: unknown[] } {
  const entries: { sequence: number; time: number; value: unknown }[] = [];
  const ids = new Set<string>();
  return {
    get values() {
      return entries.map(({ value }) => value);
    },
    append: async (value, { id, expectedLast }) => {
      await Promise.resolve();
      if (expectedLast !== entries.length || ids.has(id)) return undefined;
      ids.add(id);
      entries.push({ sequence: entries.length + 1, time: now(), value: structuredClone(value) });
      return entries.length;
    },
    read: async function* (from) {
      await Promise.resolve();
      yield* entries.slice(from - 1);
    },
    follow: () => Promise.reject(new Error('not here')),
  };
}
