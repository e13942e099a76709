import { BatonError } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
import { catchInterrupt } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';

/** The options of `baton cancel`, as they were typed. */
export interface CancelFlags {
  readonly json?: boolean;
  readonly server?: string;
}

/** The work of `baton cancel`. @throws {BatonError} NOT_FOUND when nobody is at work under that id. */
export async function cancel(id: string, { json = false, server }: CancelFlags): Promise<never> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const agents = await failAsJson(json, () =>
    withMesh({ server, signal: interrupt.signal }, async (mesh) => {
      const stopped = await mesh.cancel(id);
      if (stopped.length > 0) return stopped;
      throw new BatonError(
        'NOT_FOUND',
        `nobody is at work on ${JSON.stringify(id.slice(0, 80))}: it is over, or was never begun`,
      );
    }),
  );
  await writeOut(
    json ? `${JSON.stringify({ id, agents })}\n` : `stopped at ${printable(agents.join(', '))}\n`,
  );
  process.exit(0);
}
