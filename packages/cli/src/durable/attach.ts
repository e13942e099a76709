import { BatonError } from '@baton/runtime';
import { readCount } from '../ask/flags.ts';
import { tell } from '../ask/tell.ts';
import { withMesh } from '../client.ts';
import { catchInterrupt, orInterrupted } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';

/** The options of `baton attach`, as they were typed. */
export interface AttachFlags {
  readonly from?: string;
  readonly server?: string;
}

/** The work of `baton attach`. @throws {BatonError} what the run ended with, after what had arrived. */
export async function attach(id: string, flags: AttachFlags): Promise<never> {
  const from = flags.from === undefined ? 0 : readCount(flags.from, '--from');
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const { signal } = interrupt;
  let last = from;
  const onPiece = (seq: number) => {
    last = seq;
  };
  try {
    const result = await withMesh({ server: flags.server, signal }, (mesh) =>
      orInterrupted(tell(mesh.attach(id, { from, signal }), { onPiece, isPart: true }), signal),
    );
    if (!result.success) throw BatonError.from(result.error ?? 'the agent failed without an error');
  } catch (thrown) {
    if (signal.aborted && last > 0) {
      process.stderr.write(`\nto go on: baton attach ${printable(id)} --from ${last}\n`);
    }
    throw thrown;
  }
  process.exit(0);
}
