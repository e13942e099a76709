import type { HandoffOrder } from '../../agent/port.ts';
import type { StopSignal } from '../../wire/abort.ts';
import { BatonError, HandoffError } from '../../wire/error.ts';
import { type Address, formatAddress } from '../../wire/name.ts';
import { decodePrompt, type IncomingPrompt } from '../../wire/prompt.ts';
import { anyTaskSubject, promptSubject, taskSubject } from '../../wire/subject.ts';
import { registryNames, unreachable } from '../guard.ts';
import { toRequest } from '../handoff-request.ts';
import { LargeRequest } from '../large-request.ts';
import type { Sender } from '../sender.ts';
import { factsOf, factsOfPrompt, findRecord, type RunFacts, runIdOf } from './run-record.ts';
import type { DurableSpace } from './space.ts';
import { untilAvailable } from './until-available.ts';

/**
 * How long a step waits for an agent nobody has heard of, milliseconds: a mesh that starts brings its agents up one after the
 * other, and what is decided now would be decided for good.
 */
const APPEAR_MS = 15_000;

/** Durable work, ready to be put into the queue. */
export interface Task {
  readonly space: DurableSpace;
  /** Id of the run. */
  readonly id: string;
  /** Id of the handoff: what is published again under it is not taken again. */
  readonly handoff: string;
  /** What is known of it; read from the request when it is wanted. */
  readonly facts: () => RunFacts;
  readonly subject: string;
  readonly data: Uint8Array;
  /** A step of another durable run. */
  readonly isStep?: boolean;
}

/**
 * What is too large for a message is put beside the work, and swept by the broker as late as the work itself.
 * @throws {BatonError} FAILED_PRECONDITION when the broker can keep nothing, INVALID_ARGUMENT when nothing is asked, or too much.
 */
export async function makeTask(
  sender: Sender,
  { order, address }: { readonly order: HandoffOrder; readonly address: Address },
  signal: StopSignal,
): Promise<Task> {
  const space = sender.spaces.of(address.owner);
  const request = toRequest(order, address, { source: sender.source(), expiresAt: order.scope.expiresAt });
  const large = new LargeRequest(sender, address);
  const data = await untilAvailable(
    async () => await large.encode(request, promptSubject(address), signal),
    signal,
  );
  const facts = () => {
    const { prompt, envelope = request.baton } = decodePrompt(data);
    return factsOf(prompt, envelope);
  };
  const isStep = order.scope.journal !== undefined;
  const id = runIdOf(request.baton);
  return { space, id, handoff: order.id, facts, subject: taskSubject(address, id), data, isStep };
}

/**
 * Puts work into its agent's queue; true once the broker has said that it is there, false when it was there before.
 * While the broker is away it is tried again, for as long as the signal allows.
 * @throws {BatonError} NOT_FOUND when nobody has ever heard of the agent, FAILED_PRECONDITION when it takes no durable
 * work, or the id belongs to another request, RESOURCE_EXHAUSTED when the queue is full, INVALID_ARGUMENT when the
 * request is too large, the signal's reason.
 */
export async function submitTask(
  sender: Sender,
  { task, address }: { readonly task: Task; readonly address: Address },
  signal: StopSignal,
): Promise<boolean> {
  const { space, handoff, subject, data } = task;
  const strangerUntil = Date.now() + (task.isStep ? APPEAR_MS : 0);
  await untilAvailable(() => checkTaker(sender, { space, address, strangerUntil }), signal);
  space.checkpoint('before submit');
  const isNew = await untilAvailable(() => space.tasks.add(subject, data, handoff), signal);
  space.checkpoint('after submit');
  if (!isNew) await untilAvailable(() => checkSame(task), signal);
  return isNew;
}

/** Agents whose queue somebody has taken work from: they need not be alive just now. */
async function checkTaker(
  sender: Sender,
  { space, address, strangerUntil }: { space: DurableSpace; address: Address; strangerUntil: number },
): Promise<void> {
  if (await space.tasks.hasConsumer(address.agent)) return;
  const { registry, home } = sender;
  const presence = await registry.lookUp(address);
  if (presence.status === 'unknown') {
    if (Date.now() < strangerUntil) throw new BatonError('UNAVAILABLE', 'nobody has heard of the agent yet');
    throw unreachable(address, presence, { live: registryNames(registry, home), home });
  }
  if (presence.status === 'gone' || presence.instances.some(({ kind }) => kind === 'baton')) return;
  const target = formatAddress(address, home);
  throw new HandoffError(
    `"${target}" takes no durable work: it is a host of another kind; ask it without delivery: 'durable'`,
    { code: 'FAILED_PRECONDITION', target },
  );
}

/** One id is one request: a second one under it would be given the first one's answer. */
async function checkSame(task: Task): Promise<void> {
  const { space, id } = task;
  // It may have been handed on meanwhile.
  const queued = await space.tasks.find(anyTaskSubject(space.owner, id));
  const known = queued ? factsOfPrompt(read(queued.data))?.request : (await findRecord(space, id))?.request;
  checkRequest(task, known);
}

/** @throws {BatonError} FAILED_PRECONDITION when what is known under its id is another request. */
export function checkRequest({ id, facts }: Task, known: string | undefined): void {
  if (known === undefined || known === facts().request) return;
  throw new BatonError(
    'FAILED_PRECONDITION',
    `the id "${id}" belongs to another request; a new request needs a new id`,
  );
}

const UNREADABLE: IncomingPrompt = { prompt: '', attachments: [], envelope: undefined };

function read(data: Uint8Array): IncomingPrompt {
  try {
    return decodePrompt(data);
  } catch {
    return UNREADABLE;
  }
}
