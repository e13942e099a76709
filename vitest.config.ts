import { defineConfig } from 'vitest/config';

/** Suites see the sources of every package, not what was built: the `source` export condition. */
const sources = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

const suite = (name: string, include: string[], more: object = {}) => ({
  ...sources,
  test: { name, include, server: { deps: { inline: [/@baton\//] } }, ...more },
});

const broker = { globalSetup: ['test/support/broker.ts'] };

export default defineConfig({
  test: {
    projects: [
      // Limits for what hangs, not for what a busy machine takes its time over.
      suite('unit', ['{bench,infra,packages/*}/test/unit/**/*.test.ts'], { testTimeout: 30_000 }),
      suite('integration', ['packages/*/test/integration/**/*.test.ts'], { ...broker, testTimeout: 30_000 }),
      suite('faults-core', ['test/faults/core/**/*.test.ts'], { testTimeout: 30_000 }),
      suite('e2e', ['{infra,packages/*}/test/e2e/**/*.test.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      suite('examples', ['examples/**/*.test.ts'], { ...broker, testTimeout: 60_000 }),
    ],
  },
});
