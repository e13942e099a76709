import { AgentName, BatonError, type Mesh } from '@baton/runtime';
import { z } from 'zod';
import { withMesh } from '../client.ts';
import { MAX_REPLICAS } from '../supervisor/agent-spec.ts';
import { catchInterrupt } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';

/** The options of `baton scale`, as commander gives them. */
export interface ScaleFlags {
  readonly json?: boolean;
  readonly server?: string;
}

interface Change {
  /** The agent, with its owner if it was given. */
  readonly address: string;
  readonly agent: string;
  readonly replicas: number;
}

const Scaled = z.object({ agent: z.string(), before: z.int(), after: z.int() });

/** The supervisor waits 10 s for the replicas; its answer needs a moment too. */
const TIMEOUT_MS = 12_000;

/**
 * The work of `baton scale`: changes the replicas of a running mesh, one agent after the other.
 * @throws {BatonError} INVALID_ARGUMENT before anything is changed; UNAVAILABLE when no mesh is up; what the supervisor says.
 */
export async function scale(changes: readonly string[], flags: ScaleFlags): Promise<never> {
  endWhenReaderLeaves();
  const wanted = changes.map(readChange);
  using interrupt = catchInterrupt();
  await withMesh({ server: flags.server, signal: interrupt.signal }, async (mesh) => {
    for (const change of wanted) {
      const scaled = await request(mesh, change);
      const { agent, before, after } = scaled;
      await writeOut(
        flags.json ? `${JSON.stringify(scaled)}\n` : `${printable(agent)} ${before} -> ${after}\n`,
      );
    }
  });
  process.exit(0);
}

/** Reads `billing-department=3`. */
function readChange(text: string): Change {
  const [, address = '', count = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const [agent = '', owner = 'default', ...rest] = address.split('/').reverse();
  const areNames = rest.length === 0 && [agent, owner].every((name) => AgentName.safeParse(name).success);
  const replicas = /^\d+$/.test(count) ? Number(count) : Number.NaN;
  if (areNames && replicas <= MAX_REPLICAS) return { address, agent, replicas };
  throw new BatonError(
    'INVALID_ARGUMENT',
    `${JSON.stringify(text)} must be <agent>=<n>, such as billing-department=3, with a whole number from 0 to ${MAX_REPLICAS}`,
  );
}

/** Asks the supervisor that runs the agent; when there is none, any: it knows which agents there are. */
async function request(mesh: Mesh, { address, agent, replicas }: Change): Promise<z.infer<typeof Scaled>> {
  for (const to of [{ agent: address }, {}]) {
    try {
      const answer = await mesh.control('scale', { agent, replicas }, { ...to, timeoutMs: TIMEOUT_MS });
      return Scaled.parse(answer);
    } catch (thrown) {
      if (!isNobodyThere(thrown)) throw thrown;
    }
  }
  throw new BatonError('UNAVAILABLE', `no mesh is up at ${mesh.server}; start one with "npx baton up"`);
}

/** What a supervisor answered has a cause; nobody being there to answer has none. */
function isNobodyThere(thrown: unknown): boolean {
  return thrown instanceof BatonError && thrown.code === 'UNAVAILABLE' && thrown.cause === undefined;
}
