import { BatonError, type LogLevel, parseLogLevel } from '@baton/runtime';
import { type MeshPlan, readMeshFile } from '../mesh-file/read.ts';

/** The options of `baton up`, as commander gives them. */
export interface UpFlags {
  readonly server?: string;
  readonly detach?: boolean;
  readonly logLevel?: string;
  readonly prefix: boolean;
  readonly try?: boolean;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** What `baton up` is to do, once its flags and its mesh file are read. */
export interface UpRequest {
  readonly plan: MeshPlan;
  readonly folder: string;
  /** The broker the user named; undefined starts the folder's own. */
  readonly server: string | undefined;
  /** The option alone, which other commands must be given as well. */
  readonly hintServer: string | undefined;
  readonly logLevel: LogLevel;
  readonly prefix: boolean;
  readonly tries: boolean;
  readonly once: boolean;
}

/** @throws {BatonError} INVALID_ARGUMENT for flags that make no sense, and for what is wrong with the mesh file. */
export async function readRequest(meshFile: string, flags: UpFlags): Promise<UpRequest> {
  if (flags.detach && flags.once) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      '--detach keeps the mesh up and --once does not; use one of them',
    );
  }
  if (flags.json && (!flags.detach || flags.try)) {
    throw new BatonError('INVALID_ARGUMENT', '--json goes with --detach, and not with --try');
  }
  const folder = process.cwd();
  const once = flags.once ?? false;
  const tries = once || (flags.try ?? false);
  // The agents' own words are not to drown their answers.
  const logLevel = parseLogLevel(flags.logLevel ?? (tries ? 'warn' : 'info'));
  const plan = await readMeshFile(meshFile, folder);
  if (tries && plan.questions.length === 0) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `${meshFile} has no "try:" questions to ask; see "npx baton up --help"`,
    );
  }
  const hintServer = flags.server?.trim() || undefined;
  const server = hintServer ?? (process.env.NATS_URL?.trim() || undefined);
  return { plan, folder, server, hintServer, logLevel, prefix: flags.prefix, tries, once };
}
