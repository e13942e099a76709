import type { Bus } from '../../bus/bus.ts';
import type { KeptStream } from '../../bus/kept-stream.ts';
import type { WorkQueue } from '../../bus/work-queue.ts';
import { MAX_TIMEOUT_SECONDS } from '../../wire/metadata.ts';
import type { Owner } from '../../wire/name.ts';
import {
  anyDeadSubject,
  anyTaskSubject,
  attemptSubject,
  endedSubject,
  outputSubject,
  resultSubject,
  stepSubject,
} from '../../wire/subject.ts';
import type { Checkpoint } from './checkpoint.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A little longer than the longest deadline: what is older is wanted by nobody. */
const TASK_KEPT_MS = MAX_TIMEOUT_SECONDS * 1000 + HOUR_MS;

/**
 * How long the result of a durable run is kept. Longer than any copy of its request can be in the queue (asked again
 * up to the deadline, kept for `TASK_KEPT_MS` from then), so that none is ever carried out a second time.
 */
export const RESULT_KEPT_MS = 2 * DAY_MS + 2 * HOUR_MS;

/** How long what a durable run says can be read again. */
const OUTPUT_KEPT_MS = HOUR_MS;

/** How long a dead letter is kept. It holds the whole request. */
const DEAD_KEPT_MS = 30 * DAY_MS;

const TASK_BYTES = 128 * 1_048_576;
const OUTPUT_BYTES = 64 * 1_048_576;
const OUTPUT_NOTES = 10_000;
const ATTEMPT_NOTES = 64;

/** Everything that is kept of an owner's durable runs. */
export interface DurableSpace {
  readonly owner: Owner;
  readonly bus: Bus;
  readonly checkpoint: Checkpoint;
  readonly tasks: WorkQueue;
  readonly results: KeptStream;
  readonly steps: KeptStream;
  readonly output: KeptStream;
  readonly attempts: KeptStream;
  readonly dead: KeptStream;
}

/**
 * The streams are made when they are first used.
 * @throws {BatonError} FAILED_PRECONDITION when the broker has no JetStream or is too old.
 */
export function openSpace(bus: Bus, owner: Owner, checkpoint: Checkpoint): DurableSpace {
  const named = (name: string) => `baton_${owner}_${name}`;
  const first = { perSubject: 'first' } as const;
  return {
    owner,
    bus,
    checkpoint,
    tasks: bus.workQueue({
      name: named('task'),
      subject: anyTaskSubject(owner),
      keepMs: TASK_KEPT_MS,
      maxBytes: TASK_BYTES,
    }),
    results: bus.kept({
      ...first,
      name: named('result'),
      subject: resultSubject(owner),
      tells: endedSubject(owner, '$1'),
      keepMs: RESULT_KEPT_MS,
    }),
    steps: bus.kept({
      ...first,
      name: named('step'),
      subject: stepSubject(owner, '*', '*'),
      keepMs: RESULT_KEPT_MS,
    }),
    output: bus.kept({
      name: named('stream'),
      subject: outputSubject(owner),
      keepMs: OUTPUT_KEPT_MS,
      perSubject: OUTPUT_NOTES,
      maxBytes: OUTPUT_BYTES,
    }),
    attempts: bus.kept({
      name: named('attempt'),
      subject: attemptSubject(owner),
      keepMs: RESULT_KEPT_MS,
      perSubject: ATTEMPT_NOTES,
    }),
    dead: bus.kept({ ...first, name: named('dead'), subject: anyDeadSubject(owner), keepMs: DEAD_KEPT_MS }),
  };
}
