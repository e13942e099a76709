import { defineConfig } from 'vitest/config';

/** Suites see the sources of every package, not what was built: the `source` export condition. */
const sources = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

interface Suite {
  readonly include: string[];
  readonly testTimeout: number;
  readonly hookTimeout?: number;
  readonly globalSetup?: string[];
}

/** Two files at a time, for as long as they mostly wait; what starts processes of its own comes after, one by one. */
const aside = { maxWorkers: 2, sequence: { groupOrder: 0 } };
const alone = { maxWorkers: 1, sequence: { groupOrder: 1 } };

const suite = (name: string, order: typeof aside, more: Suite) => ({
  ...sources,
  test: { name, server: { deps: { inline: [/@baton\//] } }, ...order, ...more },
});

const broker = { globalSetup: ['test/support/broker.ts'] };

export default defineConfig({
  test: {
    projects: [
      // Limits for what hangs, not for what a busy machine takes its time over.
      suite('unit', aside, { include: ['{bench,packages/*}/test/unit/**/*.test.ts'], testTimeout: 30_000 }),
      suite('integration', aside, {
        ...broker,
        include: ['packages/*/test/integration/**/*.test.ts'],
        testTimeout: 30_000,
      }),
      suite('faults-core', alone, { include: ['test/faults/core/**/*.test.ts'], testTimeout: 30_000 }),
      suite('e2e', alone, {
        include: ['packages/*/test/e2e/**/*.test.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      suite('examples', alone, { ...broker, include: ['examples/**/*.test.ts'], testTimeout: 60_000 }),
    ],
  },
});
