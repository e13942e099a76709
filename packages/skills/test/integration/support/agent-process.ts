import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FIXTURE = fileURLToPath(new URL('../fixtures/agent-process.ts', import.meta.url));

/** An agent that is alone in its process. */
export interface AgentProcess extends AsyncDisposable {
  /** kill -9: it says no goodbye. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Resolves when the agent is on the mesh. */
export async function startAgentProcess(
  role: 'desk' | 'expert',
  { server, owner }: { readonly server: string; readonly owner: string },
): Promise<AgentProcess> {
  const args = ['--conditions=source', '--import', 'tsx', FIXTURE, role, server, owner];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => {
      throw new Error(`the process of "${role}" ended before it was up`);
    }),
  ]);
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  return { kill, [Symbol.asyncDispose]: kill };
}
