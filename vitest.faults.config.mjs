import { defineConfig } from 'vitest/config';
import { withoutIn } from './test/faults/support/defences.mjs';

/** The fault suite, `npm run test:faults`: it kills, freezes and cuts off brokers and agents, and takes minutes. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  plugins: [{ name: 'without', enforce: 'pre', transform: (code, id) => withoutIn(id, code) }],
  test: {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    server: { deps: { inline: [/@baton\//] } },
    // Times are measured: one thing after the other.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
