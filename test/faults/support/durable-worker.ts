import { fileURLToPath } from 'node:url';
import type { CHECKPOINTS } from '../../../packages/runtime/src/handoff/durable/checkpoint.ts';
import { spawnWorker, type Worker } from './worker.ts';

const PROGRAM = fileURLToPath(new URL('./durable-worker.mjs', import.meta.url));

export type Point = (typeof CHECKPOINTS)[number];

export interface DurableWorkerOptions {
  readonly server: string;
  readonly owner: string;
  /** A file that gets a line for each effect: the conversation, and the key the effect was done with. */
  readonly effects: string;
  /** How long `back` takes, milliseconds. Default 50. */
  readonly workMs?: number;
  /** Runs each of both takes at a time. Default 4. */
  readonly concurrency?: number;
  /** How long it may show no progress, milliseconds. Default 60 000. */
  readonly stallMs?: number;
  /** How long its event loop stands still in each run, milliseconds. Default 0. */
  readonly blocks?: number;
  /** Where it dies, and at which time of coming there. */
  readonly crashAt?: { readonly point: Point; readonly time: number };
  /** It is no worker, but asks this and ends. */
  readonly ask?: {
    readonly target: string;
    readonly question: string;
    readonly id: string;
    readonly user: string;
  };
  readonly durable?: { readonly maxAttempts?: number; readonly retryMs?: readonly number[] };
  /** Most of heap memory it may use, megabytes. */
  readonly memoryMb?: number;
}

/** How long the broker waits for a sign of life of work in hand, milliseconds. */
export const ACK_WAIT_MS = 1000;

/**
 * A process with the agent `back`, which has an effect once, takes its time and answers, and `front`, which pays `back` and
 * hands everything to it, and `desk`, which does so by transfer and pays nothing. The questions "throw", "hang", "exit" and "memory" do that to `back`.
 */
export function spawnDurableWorker(options: DurableWorkerOptions): Worker {
  const { memoryMb, ...rest } = options;
  const durable = { ackWaitMs: ACK_WAIT_MS, retryMs: [100], ...options.durable };
  const settings = { workMs: 50, concurrency: 4, stallMs: 60_000, blocks: 0, ...rest, durable };
  return spawnWorker(PROGRAM, settings, { memoryMb });
}

/** As `spawnDurableWorker`; resolves when its agents are on the mesh. */
export async function startDurableWorker(options: DurableWorkerOptions): Promise<Worker> {
  const worker = spawnDurableWorker(options);
  await worker.says('up');
  return worker;
}
