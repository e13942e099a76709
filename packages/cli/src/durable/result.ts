import { BatonError, ERROR_CODES, type RunResult } from '@baton/runtime';
import { answerJson } from '../ask/json.ts';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
import { catchInterrupt } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';

/** The options of `baton result`, as they were typed. */
export interface ResultFlags {
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly server?: string;
}

/** The work of `baton result`. @throws {BatonError} what the run ended with; UNAVAILABLE while it is under way. */
export async function result(id: string, flags: ResultFlags): Promise<never> {
  const { json = false, wait = false, server } = flags;
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const { signal } = interrupt;
  const found = await failAsJson(json, () =>
    withMesh({ server, signal }, (mesh) => (wait ? mesh.result(id, { wait, signal }) : mesh.result(id))),
  );
  if (json) process.exit(await printJson(id, found));
  if (!found) throw new BatonError('UNAVAILABLE', `"${id}" is still under way; --wait waits for it`);
  if (!found.success) throw BatonError.from(found.error ?? 'the agent failed without an error');
  const response = found.response ?? '';
  await writeOut(response.endsWith('\n') ? response : `${response}\n`);
  process.exit(0);
}

async function printJson(id: string, found: RunResult | undefined): Promise<number> {
  await writeOut(`${JSON.stringify(found ? answerJson(found) : { id, pending: true })}\n`);
  if (!found) return ERROR_CODES.UNAVAILABLE.exit;
  return found.success ? 0 : ERROR_CODES[found.error?.code ?? 'INTERNAL'].exit;
}
