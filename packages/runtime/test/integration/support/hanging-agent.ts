import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const FIXTURE = fileURLToPath(new URL('../../fixtures/hanging-agent.ts', import.meta.url));

/** An agent in a process of its own that begins its answers and never ends them. */
export interface HangingAgent extends AsyncDisposable {
  /** SIGKILL ends it without a word, SIGSTOP freezes it with its connection open. */
  signal(signal: 'SIGKILL' | 'SIGSTOP'): void;
}

/** Resolves when the agent is on the mesh, which is the suite's if no other is named. */
export async function startHangingAgent(
  owner: string,
  name: string,
  server = inject('broker'),
): Promise<HangingAgent> {
  const args = ['--conditions=source', '--import', 'tsx', FIXTURE, server, owner, name];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const ended = exited.then(() => {
    throw new Error(`the process of "${name}" ended before it was up`);
  });
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => {});
  return {
    signal: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
