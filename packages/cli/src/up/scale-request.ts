import { BatonError, type Mesh, parseAddress } from '@baton/runtime';
import { z } from 'zod';

/** What a supervisor answers about the number of an agent's replicas. */
const Scaled = z.object({
  agent: z.string(),
  before: z.int(),
  after: z.int(),
  /** Those that are up, by their id on the mesh. */
  instances: z.array(z.string()),
});
type Scaled = z.infer<typeof Scaled>;

export interface ScaleRequest {
  /** `owner/agent`. */
  readonly address: string;
  /** Left out, nothing is changed: the answer tells how many there are. */
  readonly replicas?: number;
}

/** The supervisor waits 10 s for the replicas; its answer needs a moment too. */
const TIMEOUT_MS = 12_000;

/**
 * Asks the supervisor that runs an agent for a number of replicas; when none does, any: it knows which agents there are.
 * @throws {BatonError} UNAVAILABLE when no mesh is up, else what the supervisor says.
 */
export async function requestScale(mesh: Mesh, { address, replicas }: ScaleRequest): Promise<Scaled> {
  const { agent } = parseAddress(address, mesh.owner);
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
