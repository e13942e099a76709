import { defineConfig } from 'vitest/config';

/** Suites see the sources of every package, not what was built: the `source` export condition. */
const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'] } };

const project = (name: string, include: string[], more: object = {}) => ({
  resolve,
  ssr,
  test: { name, include, ...more },
});

export default defineConfig({
  test: {
    projects: [project('unit', ['packages/*/test/unit/**/*.test.ts'])],
  },
});
