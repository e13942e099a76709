import type { ScaleBounds } from '../autoscale/scale-bounds.ts';

/** One agent to run: what a mesh file, or `baton run`, names. */
export interface AgentSpec {
  /** The agent's name, which its module must agree with; undefined where only the module knows it. */
  readonly name: string | undefined;
  /** `file:` URL of the module that default-exports the agent. */
  readonly module: string;
  /** How many processes it begins with. */
  readonly replicas: number;
  /** Between which bounds their number follows the load; undefined leaves it as it is. */
  readonly scale?: ScaleBounds | undefined;
  /** Added to the environment of its processes. */
  readonly env: Readonly<Record<string, string>>;
  /** Who asked for it, for errors: `mesh.yaml:4`, or the file given to `baton run`. */
  readonly origin: string;
}

/** Processes one agent may have under one supervisor. */
export const MAX_REPLICAS = 1000;
