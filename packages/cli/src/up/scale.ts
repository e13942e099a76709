import { BatonError, parseAddress } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
import { MAX_REPLICAS } from '../supervisor/agent-spec.ts';
import { catchInterrupt } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';
import { requestScale } from './scale-request.ts';

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
    if (wanted.length > 1) for (const { address } of wanted) await requestScale(mesh, { address });
    for (const change of wanted) {
      const { agent, before, after } = await requestScale(mesh, change);
      await writeOut(
        json
          ? `${JSON.stringify({ agent, before, after })}\n`
          : `${printable(agent)} ${before} -> ${after}\n`,
      );
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

function invalid(message: string): BatonError {
  return new BatonError('INVALID_ARGUMENT', message);
}
