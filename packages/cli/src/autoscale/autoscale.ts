import { BatonError, type Mesh } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { didYouMean } from '../did-you-mean.ts';
import { failAsJson } from '../fail-as-json.ts';
import { type MeshPlan, readMeshFile } from '../mesh-file/read.ts';
import { catchInterrupt, orInterrupted } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { requestScale } from '../up/scale-request.ts';
import { AgentScaler, type Look, type ScaleAgent, type ScaledAgent } from './agent-scaler.ts';
import { autoscale } from './autoscaler.ts';
import { describeLook, lookRow } from './describe-look.ts';

/** The options of `baton autoscale`, as commander gives them. */
export interface AutoscaleFlags {
  readonly mesh: string;
  readonly once?: boolean;
  readonly json?: boolean;
  readonly server?: string;
}

/** Looks with instances of others among them before they are no accident; one that leaves is seen for a moment. */
const LOOKS_WITH_OTHERS = 3;

/**
 * The work of `baton autoscale`: keeps the processes of a mesh that is up within their bounds, until Ctrl-C.
 * @throws {BatonError} INVALID_ARGUMENT for the mesh file, or an agent that it does not scale; what keeps the first look
 * from being had: UNAVAILABLE when no mesh is up, NOT_FOUND when it does not run the agent.
 */
export async function runAutoscale(names: readonly string[], flags: AutoscaleFlags): Promise<never> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const { signal } = interrupt;
  await failAsJson(flags.json, async () => {
    const plan = await readMeshFile(flags.mesh, process.cwd());
    const agents = scaledAgents(plan, names, flags.mesh);
    await withMesh({ server: flags.server, owner: plan.owner, signal }, (mesh) =>
      scaleAll(mesh, agents, { flags, signal }),
    );
  });
  process.exit(0);
}

async function scaleAll(
  mesh: Mesh,
  agents: readonly ScaledAgent[],
  { flags: { once = false, json = false }, signal }: { flags: AutoscaleFlags; signal: AbortSignal },
): Promise<void> {
  await orInterrupted(mesh.synced(), signal);
  const scale: ScaleAgent = async (agent, replicas) => {
    const address = `${mesh.owner}/${agent}`;
    const change = replicas === undefined ? { address } : { address, replicas };
    const { after, instances } = await requestScale(mesh, change);
    return { replicas: after, instances };
  };
  const refusesOthersAfter = once ? 1 : LOOKS_WITH_OTHERS;
  const scalers = agents.map((agent) => new AgentScaler({ ...agent, mesh, scale, refusesOthersAfter }));
  const tell = (look: Look) => writeOut(`${json ? JSON.stringify(lookRow(look)) : describeLook(look)}\n`);
  // What is wrong from the beginning ends the command; what goes wrong later passes.
  for (const scaler of scalers) {
    const look = await orInterrupted(scaler.look(), signal);
    if (!once) continue;
    await orInterrupted(scaler.act(look), signal);
    await tell(look);
  }
  if (once) return;
  const onTrouble = (agent: string, { code, message }: BatonError) =>
    void process.stderr.write(`${agent}: ${code}: ${message}\n`);
  await autoscale({ scalers, onChange: (look) => void tell(look), onTrouble }, signal);
}

/** @throws {BatonError} INVALID_ARGUMENT when the file scales no agent, or not one that is named. */
function scaledAgents({ agents }: MeshPlan, names: readonly string[], file: string): ScaledAgent[] {
  const scaled = agents.flatMap(({ name, scale }) =>
    name === undefined || scale === undefined ? [] : [{ agent: name, bounds: scale }],
  );
  const known = scaled.map(({ agent }) => agent);
  if (known.length === 0) {
    throw invalid(
      `${file} gives no agent a "scale"; expected one such as "scale: { min: 1, max: 8 }" below an agent`,
    );
  }
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, known);
    throw invalid(
      `${file} has no "scale" for an agent ${JSON.stringify(unknown)}${hint}; it has one for: ${known.join(', ')}`,
    );
  }
  return names.length === 0 ? scaled : scaled.filter(({ agent }) => names.includes(agent));
}

function invalid(message: string): BatonError {
  return new BatonError('INVALID_ARGUMENT', message);
}
