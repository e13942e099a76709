import { BatonError, type Mesh, parseAddress } from '@baton/runtime';
import { z } from 'zod';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
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
  /** `owner/agent`. */
  readonly address: string;
  readonly agent: string;
  readonly replicas: number;
}

const Scaled = z.object({ agent: z.string(), before: z.int(), after: z.int() });

/** The supervisor waits 10 s for the replicas; its answer needs a moment too. */
const TIMEOUT_MS = 12_000;

/**
 * The work of `baton scale`: changes the replicas of a running mesh, one agent after the other. Of several, each is known to be
 * there before the first is changed.
 * @throws {BatonError} INVALID_ARGUMENT and NOT_FOUND before anything is changed; UNAVAILABLE when no mesh is up; what the
 * supervisor says, with the changes before it made.
 */
export async function scale(changes: readonly string[], flags: ScaleFlags): Promise<never> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  await failAsJson(flags.json, () => scaleAll(changes, flags, interrupt.signal));
  process.exit(0);
}

async function scaleAll(
  changes: readonly string[],
  { json, server }: ScaleFlags,
  signal: AbortSignal,
): Promise<void> {
  const wanted = changes.map(readChange);
  refuseDuplicates(wanted);
  await withMesh({ server, signal }, async (mesh) => {
    if (wanted.length > 1) for (const { address, agent } of wanted) await request(mesh, { address, agent });
    for (const change of wanted) {
      const scaled = await request(mesh, change);
      const { agent, before, after } = scaled;
      await writeOut(json ? `${JSON.stringify(scaled)}\n` : `${printable(agent)} ${before} -> ${after}\n`);
    }
  });
}

/** Reads `billing-department=3`. */
function readChange(text: string): Change {
  const [, address = '', count = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const replicas = /^\d+$/.test(count) ? Number(count) : Number.NaN;
  if (!(replicas <= MAX_REPLICAS)) {
    throw invalid(
      `${JSON.stringify(text)} must be <agent>=<n>, such as billing-department=3, with a whole number from 0 to ${MAX_REPLICAS}`,
    );
  }
  try {
    const { owner, agent } = parseAddress(address, 'default');
    return { address: `${owner}/${agent}`, agent, replicas };
  } catch (thrown) {
    throw invalid(`${JSON.stringify(text)}: ${(thrown as Error).message}`);
  }
}

function refuseDuplicates(wanted: readonly Change[]): void {
  const twice = wanted.find(({ address }, at) => wanted.findIndex((other) => other.address === address) < at);
  if (twice) throw invalid(`the agent "${twice.agent}" is there twice; expected each one once`);
}

/** Asks the supervisor that runs the agent for a number of replicas, or without one how many there are; when there is none, any: it knows which agents there are. */
async function request(
  mesh: Mesh,
  { address, agent, replicas }: Omit<Change, 'replicas'> & Partial<Change>,
): Promise<z.infer<typeof Scaled>> {
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

function invalid(message: string): BatonError {
  return new BatonError('INVALID_ARGUMENT', message);
}
