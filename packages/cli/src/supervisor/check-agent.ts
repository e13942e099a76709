import { BatonError } from '@baton/runtime';
import type { HostSettings } from '../host/settings.ts';
import { startAgentChild } from './agent-child.ts';
import type { AgentSpec } from './agent-spec.ts';

/** The check has ended by itself by then, unless the module keeps its process busy. */
const GRACE_MS = 1_000;

/**
 * Loads an agent in a process of its own and ends that again; nothing joins a mesh, and no broker is needed. What the
 * module writes is shown only when it fails: it will write it again.
 * @throws {BatonError} why the agent cannot be loaded.
 */
export async function checkAgent(spec: AgentSpec, settings: Omit<HostSettings, 'server'>): Promise<void> {
  const written: string[] = [];
  const child = startAgentChild({
    spec,
    settings: { ...settings, server: '' },
    checks: true,
    onLine: (line) => written.push(`${line}\n`),
  });
  try {
    await child.ready;
  } catch (thrown) {
    await child.stop(GRACE_MS);
    process.stderr.write(written.join(''));
    const { code, message } = BatonError.from(thrown);
    const blamed = message.startsWith(spec.origin) ? message : `${spec.origin}: ${message}`;
    throw new BatonError(code, blamed, { cause: thrown });
  }
  await child.stop(GRACE_MS);
}
