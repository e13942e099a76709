import type { Mesh } from '@baton/runtime';
import type { AgentSpec } from '../supervisor/agent-spec.ts';
import type { Log } from '../supervisor/log.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { AgentScaler, type Look, type ScaleAgent } from './agent-scaler.ts';
import { autoscale } from './autoscaler.ts';
import { describeLook } from './describe-look.ts';

/** The mesh that is up: who sees it, who runs it, and what of it is to be scaled. */
export interface Supervised {
  readonly mesh: Mesh;
  readonly supervisor: Supervisor;
  readonly agents: readonly AgentSpec[];
  readonly log: Log;
}

/** Scales the agents that have bounds, within this supervisor, until the signal is aborted. */
export async function autoscaleOwn(
  { mesh, supervisor, agents, log }: Supervised,
  signal: AbortSignal,
): Promise<void> {
  const scale: ScaleAgent = async (agent, replicas) => {
    const { after, instances } = await supervisor.scale({ agent, replicas });
    return { replicas: after, instances };
  };
  const scalers = agents.flatMap(({ name, scale: bounds }) =>
    name === undefined || bounds === undefined ? [] : [new AgentScaler({ agent: name, bounds, mesh, scale })],
  );
  const onChange = (look: Look) => log.info(`scaled ${describeLook(look)}`);
  const onTrouble = (agent: string, { message }: Error) => log.warn(`${agent} is not scaled: ${message}`);
  await autoscale({ scalers, onChange, onTrouble }, signal);
}
