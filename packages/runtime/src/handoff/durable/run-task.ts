import { newId } from '../../agent/id.ts';
import type { WorkItem } from '../../bus/work-consumer.ts';
import type { Attempt } from '../../wire/durable.ts';
import type { Envelope } from '../../wire/envelope.ts';
import { BatonError } from '../../wire/error.ts';
import { decodePrompt, type IncomingPrompt } from '../../wire/prompt.ts';
import { parseTaskSubject } from '../../wire/subject.ts';
import { checkCaller, checkEnvelope } from '../guard.ts';
import { type AttemptHandle, beginAttempt, beginFirstAttempt, counted, readAttempts } from './attempts.ts';
import { bury, ensureBuried, isWorthRetrying } from './bury.ts';
import { carryOut } from './carry-out.ts';
import { isHandedOn } from './is-handed-on.ts';
import { endRun, factsOf, failedRun, findRecord, type RunEnd, type RunFacts, runIdOf } from './run-record.ts';
import type { DurableSpace } from './space.ts';
import type { TaskOptions } from './task-options.ts';
import { untilAvailable } from './until-available.ts';

/** What becomes of work in hand: it is done with, or somebody may try it after a while. */
export type Verdict = { readonly kind: 'done' } | { readonly kind: 'again'; readonly delayMs: number };

const DONE: Verdict = { kind: 'done' };

/** How long work waits whose fate cannot be written down, milliseconds: the broker has trouble. */
const TROUBLE_MS = 1000;

/** How long a result waits for a broker that is away, milliseconds; after that the work is done again. */
const END_PATIENCE_MS = 20_000;

/** A request that was read, with what it is about. */
interface Task {
  readonly incoming: IncomingPrompt;
  readonly envelope: Envelope;
  readonly facts: RunFacts;
}

/** Does one piece of queued work, or finds that it is done, unwanted, too late or beyond help. Never rejects. */
export async function runTask(options: TaskOptions, item: WorkItem): Promise<Verdict> {
  try {
    return await judge(options, item);
  } catch (thrown) {
    const { code, message } = BatonError.from(thrown);
    options.log.warn({ code, reason: message, subject: item.subject }, 'durable work has to wait');
    return { kind: 'again', delayMs: TROUBLE_MS };
  }
}

async function judge(options: TaskOptions, item: WorkItem): Promise<Verdict> {
  const { space, settings } = options;
  const task = read(item);
  if (task instanceof BatonError) return await refuseUnreadable(options, item, task);
  const { envelope, facts } = task;
  const trier = { attempt: newId(), instance: options.instance };
  const refusal = (await unwanted(space, envelope)) ?? refuse(task, options);
  if (!refusal && item.deliveries === 1) {
    // Where nobody has tried it and nobody has called it off there is nothing to read.
    space.checkpoint('before attempt');
    const handle = await beginFirstAttempt(space, envelope.id, trier);
    space.checkpoint('after attempt');
    // What was handed on is called off by its run's id, of which this attempt says nothing.
    const isOver = envelope.run && handle && (await findRecord(space, facts.id)) !== undefined;
    if (handle && !isOver) return await attempt(options, { ...task, item, handle, past: [], isFirst: true });
  }
  const work = { facts, hop: envelope.id, subject: item.subject, data: item.data };
  const record = await findRecord(space, facts.id);
  if (record) {
    await ensureBuried(space, { work, record });
    return DONE;
  }
  if (await isHandedOn(space, item.subject)) return DONE;
  if (refusal) return await end(options, facts, { result: failedRun(facts, refusal) });
  const past = counted(await readAttempts(space, envelope.id));
  if (past.length >= settings.maxAttempts) {
    await bury(space, work);
    return DONE;
  }
  space.checkpoint('before attempt');
  const handle = await beginAttempt(space, envelope.id, trier);
  space.checkpoint('after attempt');
  return await attempt(options, { ...task, item, handle, past, isFirst: false });
}

/** Reads a request; the problem with one that is none. */
function read({ data, subject }: WorkItem): Task | BatonError {
  try {
    const incoming = decodePrompt(data);
    const { envelope } = incoming;
    const id = parseTaskSubject(subject)?.id;
    if (envelope && runIdOf(envelope) === id) {
      return { incoming, envelope, facts: factsOf(incoming.prompt, envelope) };
    }
    return new BatonError('INVALID_ARGUMENT', `durable work must have an envelope with the id "${id}"`);
  } catch (thrown) {
    return BatonError.from(thrown);
  }
}

/** No attempt could go better: it is a dead letter at once. */
async function refuseUnreadable(
  { space }: TaskOptions,
  { subject, data }: WorkItem,
  error: BatonError,
): Promise<Verdict> {
  const address = parseTaskSubject(subject);
  if (!address) return DONE;
  const agent = `${address.owner}/${address.agent}`;
  const facts = { id: address.id, agent, conversation: address.id, request: undefined };
  await bury(space, { facts, hop: facts.id, subject, data }, error.toJSON());
  return DONE;
}

/** Whether the run it is a step of has ended without it. */
async function unwanted(space: DurableSpace, { lineage = [] }: Envelope): Promise<BatonError | undefined> {
  const above = await Promise.all(lineage.map((id) => findRecord(space, id)));
  const ended = above.find((record) => record !== undefined);
  return ended && new BatonError('CANCELLED', `the run "${ended.id}" this was a step of has ended`);
}

function refuse({ envelope }: Task, { agent, address }: TaskOptions): BatonError | undefined {
  if (envelope.deadline <= Date.now()) {
    return new BatonError('DEADLINE_EXCEEDED', 'the deadline had passed before the work was begun');
  }
  try {
    checkEnvelope(envelope, address);
    checkCaller(envelope.caller, agent);
    return undefined;
  } catch (thrown) {
    return BatonError.from(thrown);
  }
}

interface Begun extends Task {
  readonly item: WorkItem;
  readonly handle: AttemptHandle;
  readonly isFirst: boolean;
  /** Earlier attempts that count. */
  readonly past: readonly Attempt[];
}

async function attempt(options: TaskOptions, begun: Begun): Promise<Verdict> {
  const { space, settings } = options;
  const { facts, envelope, past, item, handle } = begun;
  const { result, said, broken } = await carryOut(options, begun);
  if (result.transferred) {
    options.log.info({ handoff: facts.id, to: result.transferred.to }, 'durable work was handed on');
    return DONE;
  }
  if (broken?.how === 'handed_back') {
    await handle.end('handed_back');
    return { kind: 'again', delayMs: 0 };
  }
  const error = result.error;
  if (!broken && (!error || result.success || !isWorthRetrying(error)))
    return await end(options, facts, { result, said });
  const cause = broken?.error ?? error;
  space.checkpoint('before failure');
  await handle.end(broken ? 'stalled' : 'failed', cause);
  space.checkpoint('after failure');
  if (past.length + 1 >= settings.maxAttempts) {
    await bury(space, { facts, hop: envelope.id, subject: item.subject, data: item.data }, cause);
    return DONE;
  }
  const delayMs = settings.retryMs[Math.min(past.length, settings.retryMs.length - 1)] ?? TROUBLE_MS;
  options.log.warn(
    { handoff: facts.id, again: delayMs, reason: cause?.message },
    'durable work will be tried again',
  );
  return { kind: 'again', delayMs };
}

async function end({ space, log }: TaskOptions, facts: RunFacts, how: RunEnd): Promise<Verdict> {
  const record = await untilAvailable(() => endRun(space, facts, how), END_PATIENCE_MS);
  const { durationMs } = how.result;
  log.info({ handoff: facts.id, state: record.state, durationMs }, 'durable work is done');
  return DONE;
}
