import type { DeadLetters } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
import { catchInterrupt, orInterrupted } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { letterLines, listLines } from './lines.ts';

/** The options of `baton dead`'s commands, as they were typed. */
export interface DeadFlags {
  readonly json?: boolean;
  readonly server?: string;
  readonly agent?: string;
}

/** `baton dead list`. */
export async function listDead(flags: DeadFlags): Promise<never> {
  const { agent } = flags;
  const letters = await withDead(flags, (dead) => dead.list(agent === undefined ? {} : { agent }));
  if (flags.json) await writeOut(`${JSON.stringify(letters, null, 2)}\n`);
  else if (letters.length > 0) await writeOut(`${listLines(letters, Date.now()).join('\n')}\n`);
  else process.stderr.write('there are no dead letters\n');
  process.exit(0);
}

/** `baton dead show`. @throws {BatonError} NOT_FOUND, FAILED_PRECONDITION for a run that is no dead letter. */
export async function showDead(id: string, flags: DeadFlags): Promise<never> {
  const letter = await withDead(flags, (dead) => dead.show(id));
  await writeOut(`${flags.json ? JSON.stringify(letter, null, 2) : letterLines(letter).join('\n')}\n`);
  process.exit(0);
}

/** `baton dead replay`. @throws {BatonError} NOT_FOUND, FAILED_PRECONDITION when there is nothing to replay. */
export async function replayDead(id: string, flags: DeadFlags): Promise<never> {
  const replay = await withDead(flags, (dead) => dead.replay(id));
  await writeOut(flags.json ? `${JSON.stringify({ ...replay, replayOf: id })}\n` : `${replay.id}\n`);
  process.exit(0);
}

/** `baton dead drop`. @throws {BatonError} NOT_FOUND, FAILED_PRECONDITION for a run that is no dead letter. */
export async function dropDead(id: string, flags: DeadFlags): Promise<never> {
  await withDead(flags, (dead) => dead.drop(id));
  if (flags.json) await writeOut(`${JSON.stringify({ id })}\n`);
  process.exit(0);
}

async function withDead<T>(flags: DeadFlags, work: (dead: DeadLetters) => Promise<T>): Promise<T> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const { signal } = interrupt;
  return await failAsJson(flags.json, () =>
    withMesh({ server: flags.server, signal }, (mesh) => orInterrupted(work(mesh.deadLetters), signal)),
  );
}
