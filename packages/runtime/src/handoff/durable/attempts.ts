import { hostname } from 'node:os';
import { type Attempt, AttemptNote, DURABLE_VERSION } from '../../wire/durable.ts';
import type { ErrorInfo } from '../../wire/error.ts';
import { attemptSubject } from '../../wire/subject.ts';
import type { DurableSpace } from './space.ts';

const HOST = hostname();

/** Who tries. */
export interface Trier {
  /** Names the attempt. */
  readonly attempt: string;
  readonly instance: string;
}

/** One attempt, from its own side. */
export interface AttemptHandle {
  /** Notes how it ended. @throws {BatonError} UNAVAILABLE. */
  end(end: NonNullable<AttemptNote['end']>, error?: ErrorInfo): Promise<void>;
}

/** Notes that an attempt begins, before anything is done: one that never ends died. @throws {BatonError} UNAVAILABLE. */
export async function beginAttempt(space: DurableSpace, id: string, trier: Trier): Promise<AttemptHandle> {
  await space.attempts.add(attemptSubject(space.owner, id), toNote(trier));
  return handleOf(space, id, trier);
}

/** As `beginAttempt`, where nobody has tried the run and nobody has called it off; else undefined. */
export async function beginFirstAttempt(
  space: DurableSpace,
  id: string,
  trier: Trier,
): Promise<AttemptHandle | undefined> {
  const isFirst = await space.attempts.addFirst(attemptSubject(space.owner, id), toNote(trier));
  return isFirst ? handleOf(space, id, trier) : undefined;
}

function toNote({ attempt, instance }: Trier, more: Partial<AttemptNote> = {}): AttemptNote {
  return {
    v: DURABLE_VERSION,
    attempt,
    instance,
    host: HOST,
    pid: process.pid,
    at: Date.now(),
    ...more,
  };
}

function handleOf({ attempts, owner }: DurableSpace, id: string, trier: Trier): AttemptHandle {
  return {
    end: async (end, error) => {
      await attempts.add(attemptSubject(owner, id), toNote(trier, { end, ...(error && { error }) }));
    },
  };
}

/** Whoever gets the work from now on looks how the run has ended before beginning it. @throws {BatonError} UNAVAILABLE. */
export async function forbidFirstAttempt({ attempts, owner }: DurableSpace, id: string): Promise<void> {
  await attempts.addFirst(attemptSubject(owner, id), { v: DURABLE_VERSION, at: Date.now() });
}

/** What was tried so far, in the order of beginning. @throws {BatonError} UNAVAILABLE. */
export async function readAttempts({ attempts, owner }: DurableSpace, id: string): Promise<Attempt[]> {
  const known = new Map<string, Attempt>();
  for await (const { value } of attempts.entries(attemptSubject(owner, id))) {
    const note = AttemptNote.safeParse(value).data;
    if (!note) continue;
    const { attempt, instance, host, pid, at, end, error } = note;
    const seen = known.get(attempt) ?? { instance, host, pid, startedAt: at };
    known.set(attempt, end ? { ...seen, endedAt: at, end, ...(error && { error }) } : seen);
  }
  return [...known.values()];
}

/** Attempts that count: what was handed back unfinished, by an instance that had to stop, is nobody's fault. */
export function counted(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ end }) => end !== 'handed_back');
}

/** How often the process died with it, as far as can be told. */
export function deaths(attempts: readonly Attempt[]): number {
  return attempts.filter(({ end }) => end === undefined).length;
}

/** What the last attempt ended with. */
export function causeOf(attempts: readonly Attempt[]): ErrorInfo {
  const last = attempts.at(-1);
  if (last?.error) return last.error;
  const where = last ? ` (pid ${last.pid} on ${last.host}, instance ${last.instance})` : '';
  return { code: 'INTERNAL', message: `the process died or stood still${where}`, retryable: false };
}
