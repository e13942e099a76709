import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { BatonError } from '@baton/runtime';
import type { ErrorJson } from './json.ts';

/** One line of the file `--out` names. */
export interface RowAnswer {
  readonly row: number;
  readonly question: string;
  readonly success: boolean;
  readonly response: string | null;
  readonly agent: string;
  readonly error?: ErrorJson;
}

/** Where the answers of a batch go, a line each, in the order they come. */
export interface AnswersFile {
  write(answer: RowAnswer): Promise<void>;
  /** Resolves when every line is in the file. */
  close(): Promise<void>;
}

/**
 * Opens the file, emptied if it was there; without a path, answers go nowhere.
 * @throws {BatonError} INVALID_ARGUMENT when it cannot be written.
 */
export async function openAnswersFile(path: string | undefined): Promise<AnswersFile> {
  if (path === undefined) return { write: () => Promise.resolve(), close: () => Promise.resolve() };
  const file = await open(path, 'w').catch((cause: unknown) => {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `cannot write ${JSON.stringify(path)}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  });
  const stream = file.createWriteStream();
  const done = finished(stream);
  // A full disk is reported by the write that waits for it, or by close; not as an unhandled rejection.
  done.catch(() => {});
  return {
    write: async (answer) => {
      if (!stream.write(`${JSON.stringify(answer)}\n`)) await Promise.race([once(stream, 'drain'), done]);
    },
    close: async () => {
      stream.end();
      await done;
    },
  };
}
