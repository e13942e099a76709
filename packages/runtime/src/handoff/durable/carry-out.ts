import { Deadline } from '../../agent/deadline.ts';
import type { Emit } from '../../agent/events.ts';
import type { StopSignal } from '../../wire/abort.ts';
import type { AttemptEnd, SaidPiece } from '../../wire/durable.ts';
import type { Envelope } from '../../wire/envelope.ts';
import { BatonError, type ErrorInfo } from '../../wire/error.ts';
import type { IncomingPrompt } from '../../wire/prompt.ts';
import type { RunResult } from '../../wire/result.ts';
import { inherit, toInput } from '../inbound.ts';
import { withLargeParts } from '../large-intake.ts';
import { OutputWriter } from './output-writer.ts';
import { DurableJournal } from './run-journal.ts';
import { failedRun, findRecord, type RunFacts, resultOfRun } from './run-record.ts';
import type { TaskOptions } from './task-options.ts';

/** What is to be done. */
interface Work {
  readonly facts: RunFacts;
  readonly envelope: Envelope;
  readonly incoming: IncomingPrompt;
  /** Nobody has tried it before. */
  readonly isFirst: boolean;
}

/** How one attempt went: its result, and what broke it off, when that was no fault of the run's own. */
export interface CarriedOut {
  readonly result: RunResult;
  /** What it said, where that is to be kept with it. */
  readonly said?: readonly SaidPiece[] | undefined;
  readonly broken?: { readonly how: AttemptEnd; readonly error?: ErrorInfo };
}

/** How often it is looked whether the run has ended elsewhere, milliseconds: who was told so may not have heard. */
const LOOK_EVERY_MS = 10_000;

/** The instance that worked on it has to stop; somebody else goes on. */
const HANDED_BACK = new BatonError('UNAVAILABLE', 'the instance was stopped; the work goes to another one');
/** The run ended while this attempt was still at it. */
const SUPERSEDED = new BatonError('UNAVAILABLE', 'another attempt has ended this run');

/**
 * Runs the agent on one piece of work. Its handoffs are durable; it is broken off when the run is cancelled or ended
 * elsewhere, when its deadline passes, when nothing is seen of it for `stallMs`, and when the instance stops.
 * @throws {BatonError} UNAVAILABLE when the broker has trouble before anything was done.
 */
export async function carryOut(
  options: TaskOptions,
  { facts, envelope, incoming, isFirst }: Work,
): Promise<CarriedOut> {
  const { space, agent, address, cancellations } = options;
  const { lineage = [], conversation } = envelope;
  const { id } = facts;
  const output = await OutputWriter.begin(space, facts, isFirst);
  using deadline = new Deadline(envelope.deadline);
  const stop = (reason: BatonError) => deadline.abort(reason);
  const signal: StopSignal = deadline;
  const journal = new DurableJournal(space, { id: envelope.id, facts, output, above: lineage, signal });
  const handBack = () => stop(HANDED_BACK);
  const cancels = [id, ...lineage].map((each) => cancellations.add(each, stop));
  options.signal.addEventListener('abort', handBack, { once: true });
  const watch = watchRun(options, { id, journal, stop });
  const emit: Emit = (event) => {
    journal.progress();
    if (event.type !== 'query') output.onEvent(event);
  };
  const bounds = { ...inherit(envelope, address), canAnswer: false, expiresAt: envelope.deadline };
  const log = options.log.child({ conversation, handoff: id });
  try {
    if (options.signal.aborted) handBack();
    const from = { bus: space.bus, owner: address.owner, signal };
    const whole = await withLargeParts(from, incoming).catch((thrown) => BatonError.from(thrown));
    // Other trouble of the broker's is no fault of the work: it is tried again.
    if (whole instanceof BatonError && whole.retryable && !signal.aborted) throw whole;
    const input = { scope: { ...bounds, signal: deadline, journal }, log: () => log };
    const result =
      whole instanceof BatonError
        ? failedRun(facts, whole)
        : resultOfRun(facts, await agent.execute({ ...toInput(whole, address), ...input }, emit));
    const said = await output.end(result);
    return result.success ? { result, said } : { result, ...brokenBy(signal.reason) };
  } finally {
    clearInterval(watch);
    options.signal.removeEventListener('abort', handBack);
    for (const each of cancels) each[Symbol.dispose]();
  }
}

/** Something broke the attempt off that says nothing about the work. */
function brokenBy(reason: unknown): Pick<CarriedOut, 'broken'> {
  if (reason === HANDED_BACK || reason === SUPERSEDED) return { broken: { how: 'handed_back' } };
  if (reason instanceof Stalled) return { broken: { how: 'stalled', error: reason.toJSON() } };
  return {};
}

class Stalled extends BatonError {
  constructor(ms: number) {
    super('UNAVAILABLE', `nothing was seen of the run for ${ms / 1000} s; it was taken for hung`);
  }
}

interface Watched {
  readonly id: string;
  readonly journal: DurableJournal;
  stop(reason: BatonError): void;
}

/** Looks after a run in progress: whether it is getting on, and whether it is still wanted. */
function watchRun({ space, agent }: TaskOptions, { id, journal, stop }: Watched): NodeJS.Timeout {
  const { stallMs } = agent;
  let lookAt = Date.now() + LOOK_EVERY_MS;
  const look = async () => {
    const record = await findRecord(space, id).catch(() => undefined);
    if (record) stop(SUPERSEDED);
  };
  return setInterval(
    () => {
      if (Date.now() - journal.progressAt >= stallMs) stop(new Stalled(stallMs));
      if (Date.now() < lookAt) return;
      lookAt = Date.now() + LOOK_EVERY_MS;
      void look();
    },
    Math.min(1000, stallMs / 4),
  );
}
