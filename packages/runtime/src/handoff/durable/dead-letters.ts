import { z } from 'zod';
import { DeadLetter } from '../../wire/durable.ts';
import { BatonError } from '../../wire/error.ts';
import { parseAddress } from '../../wire/name.ts';
import { decodePrompt, encodePrompt } from '../../wire/prompt.ts';
import { anyDeadSubject, anyTaskSubject, taskSubject } from '../../wire/subject.ts';
import type { Sender } from '../sender.ts';
import { LOOK_UP_MS, lookUp } from './durable-runs.ts';
import { fetchLarge } from './large-values.ts';
import { derivedId } from './run-journal.ts';
import { factsOf } from './run-record.ts';
import type { DurableSpace } from './space.ts';
import { submitTask } from './submit.ts';
import { untilAvailable } from './until-available.ts';

/** Work that was given up, of one owner. */
export interface DeadLetters {
  /** Oldest first; with `agent`, those of one agent. @throws {BatonError} UNAVAILABLE. */
  list(options?: { readonly agent?: string }): Promise<DeadLetter[]>;
  /** @throws {BatonError} NOT_FOUND, UNAVAILABLE; FAILED_PRECONDITION when a large request is kept no longer. */
  show(id: string): Promise<DeadLetter>;
  /**
   * Queues the request again, under a new id, with as much time as it had; the dead letter is gone then. Replaying it
   * twice, even at the same moment, is one run.
   * @throws {BatonError} NOT_FOUND; FAILED_PRECONDITION when the run succeeded, or was replayed or dropped before.
   */
  replay(id: string): Promise<{ readonly id: string }>;
  /** Throws a dead letter away; the result of its run stays. @throws {BatonError} as `replay`. */
  drop(id: string): Promise<void>;
}

interface Found {
  readonly letter: DeadLetter;
  readonly sequence: number;
}

export function deadLetters(sender: Sender): DeadLetters {
  const { spaces, home } = sender;
  return {
    list: async ({ agent } = {}) => {
      const space = spaces.of(home);
      const letters = await untilAvailable(() => readAll(space), LOOK_UP_MS);
      if (agent === undefined) return letters;
      const address = parseAddress(agent, home);
      return letters.filter((letter) => letter.agent === `${address.owner}/${address.agent}`);
    },
    show: async (text) => await whole(sender, text, (await find(sender, text)).letter),
    replay: (text) => replay(sender, text),
    drop: async (text) => {
      const { space } = spaces.find(text);
      const { sequence } = await find(sender, text);
      await untilAvailable(() => space.dead.remove(sequence), LOOK_UP_MS);
    },
  };
}

async function readAll(space: DurableSpace): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const { value } of space.dead.entries(anyDeadSubject(space.owner))) {
    const letter = DeadLetter.safeParse(value).data;
    if (letter) letters.push(letter);
  }
  return letters;
}

async function find({ spaces }: Sender, text: string): Promise<Found> {
  const { space, id } = spaces.find(text);
  return await untilAvailable(async () => {
    const entry = await space.dead.last(anyDeadSubject(space.owner, id));
    const letter = entry && DeadLetter.safeParse(entry.value).data;
    if (letter) return { letter, sequence: entry.sequence };
    throw await notDead(space, id);
  }, LOOK_UP_MS);
}

/** A letter with its request, which may be kept beside it. @throws {BatonError} FAILED_PRECONDITION when that is gone. */
async function whole({ spaces }: Sender, text: string, letter: DeadLetter): Promise<DeadLetter> {
  const { requestRef, ...rest } = letter;
  if (!requestRef) return letter;
  const { space } = spaces.find(text);
  const fetch = () => fetchLarge(space, requestRef, z.string());
  return { ...rest, request: await untilAvailable(fetch, LOOK_UP_MS) };
}

async function replay(sender: Sender, text: string): Promise<{ readonly id: string }> {
  const { space } = sender.spaces.find(text);
  const found = await find(sender, text);
  const { sequence } = found;
  const letter = await whole(sender, text, found.letter);
  const { prompt, envelope } = decodePrompt(new TextEncoder().encode(letter.request));
  if (!envelope) {
    throw new BatonError('FAILED_PRECONDITION', `"${letter.id}" cannot be replayed: its request is none`);
  }
  const id = replayId(letter.id);
  const { remainingMs } = envelope;
  const { lineage: _detached, run: _ended, ...rest } = envelope;
  const baton = {
    ...rest,
    id,
    mode: 'call' as const,
    deadline: Date.now() + remainingMs,
    replayOf: letter.id,
  };
  const address = parseAddress(letter.agent, sender.home);
  const data = encodePrompt({ prompt, baton });
  const task = {
    space,
    id,
    handoff: id,
    facts: () => factsOf(prompt, baton),
    subject: taskSubject(address, id),
    data,
  };
  await submitTask(sender, { task, address }, AbortSignal.timeout(LOOK_UP_MS));
  await untilAvailable(() => space.dead.remove(sequence), LOOK_UP_MS);
  return { id };
}

/** One dead letter is one replay: whoever asks twice is told the same id. */
function replayId(id: string): string {
  return derivedId(id, 'replay');
}

async function notDead(space: DurableSpace, id: string): Promise<BatonError> {
  const refuse = (why: string) => new BatonError('FAILED_PRECONDITION', `"${id}" ${why}`);
  const run = await lookUp(space, id);
  if (!('record' in run)) return refuse('is still under way; there is no dead letter of it');
  const { state, deadLetter } = run.record;
  if (state === 'succeeded') return refuse('succeeded; there is nothing to replay');
  const isBeingBuried =
    deadLetter &&
    ((await space.tasks.find(anyTaskSubject(space.owner, id))) ??
      (await space.dead.last(anyDeadSubject(space.owner, id))));
  if (isBeingBuried) {
    return new BatonError('UNAVAILABLE', `the dead letter of "${id}" is being written just now`);
  }
  if (!deadLetter) return refuse(`ended as ${state} and is no dead letter; ask again to try again`);
  const again = replayId(id);
  const isReplayed = await lookUp(space, again).then(
    () => true,
    () => false,
  );
  return refuse(isReplayed ? `was replayed already, as "${again}"` : 'was dropped, or replayed long ago');
}
