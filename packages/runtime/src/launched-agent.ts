import type { BaseAgent } from './agent/agent.ts';
import type { AgentServer } from './handoff/agent-server.ts';

/** An agent launched in this process. */
export interface LaunchedAgent extends AsyncDisposable {
  readonly agent: BaseAgent;
  readonly instance: string;
  readonly inFlight: number;
  /** Takes no more, finishes what it has within `graceMs` (default 25 000), says goodbye. */
  stop(graceMs?: number): Promise<void>;
}

/** What whoever launched an agent sees of it. */
export function launched(agent: BaseAgent, server: AgentServer): LaunchedAgent {
  return {
    agent,
    instance: server.instance,
    get inFlight() {
      return server.inFlight;
    },
    stop: (graceMs) => server.stop(graceMs),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
