/** One agent to run: what a mesh file, or `baton run`, names. */
export interface AgentSpec {
  /** The agent's name, which its module must agree with; undefined where only the module knows it. */
  readonly name: string | undefined;
  /** `file:` URL of the module that default-exports the agent. */
  readonly module: string;
  readonly replicas: number;
  /** Added to the environment of its processes. */
  readonly env: Readonly<Record<string, string>>;
  /** Who asked for it, for errors: `mesh.yaml:4`, or the file given to `baton run`. */
  readonly origin: string;
}

/** Processes one agent may have under one supervisor. */
export const MAX_REPLICAS = 1000;
