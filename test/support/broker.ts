import type { TestProject } from 'vitest/node';
import { startBroker } from '../../packages/runtime/src/testing/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the nats-server that all integration tests share; each test invents its own owner. */
    broker: string;
  }
}

/** One nats-server for the suite. Without one the suite fails and says how to install it; it never skips. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startBroker();
  project.provide('broker', broker.url);
  return () => broker.stop();
}
