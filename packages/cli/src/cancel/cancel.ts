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
    withMesh({ server, signal: interrupt.signal }, (mesh) => mesh.cancel(id)),
  );
  await writeOut(
    json ? `${JSON.stringify({ id, agents })}\n` : `stopped at ${printable(agents.join(', '))}\n`,
  );
  process.exit(0);
}
