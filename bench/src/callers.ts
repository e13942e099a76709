import { BatonClient } from './baton-client.ts';
import type { Bench } from './bench.ts';
import { RawClient } from './raw-client.ts';

/** The two callers of a scenario. */
export interface Callers extends AsyncDisposable {
  readonly raw: RawClient;
  readonly baton: BatonClient;
}

/** Connects both callers, each with a connection of its own. */
export async function connectCallers({ server, owner }: Bench): Promise<Callers> {
  const [raw, baton] = await Promise.all([RawClient.connect(server), BatonClient.join(server, owner)]);
  return {
    raw,
    baton,
    async [Symbol.asyncDispose]() {
      await Promise.all([raw[Symbol.asyncDispose](), baton[Symbol.asyncDispose]()]);
    },
  };
}
