import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FIXTURE = fileURLToPath(new URL('../fixtures/agent-process.mjs', import.meta.url));

/** An agent that is alone in its process, so that it can be killed. */
export interface AgentProcess extends AsyncDisposable {
  readonly pid: number;
  /** kill -9: it says no goodbye. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Resolves when the agent is on the mesh. */
export async function startAgentProcess(
  server: string,
  name: string,
  { heartbeatMs = 500 }: { readonly heartbeatMs?: number } = {},
): Promise<AgentProcess> {
  const child = spawn(process.execPath, [FIXTURE, server, name, String(heartbeatMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => {
      throw new Error(`the process of "${name}" ended before it was up`);
    }),
  ]);
  const kill = async () => {
    if (isRunning(child)) child.kill('SIGKILL');
    await exited;
  };
  return { pid: child.pid ?? 0, kill, [Symbol.asyncDispose]: kill };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
