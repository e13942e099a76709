import { HandoffId } from '../../wire/envelope.ts';
import { BatonError } from '../../wire/error.ts';
import { anyTaskSubject } from '../../wire/subject.ts';
import type { Sender } from '../sender.ts';
import { callOff } from './call-off.ts';
import { LOOK_UP_MS, lookUp } from './durable-runs.ts';
import { factsOf } from './run-record.ts';
import type { DurableSpace } from './space.ts';
import { untilAvailable } from './until-available.ts';

/**
 * Ends a durable run as cancelled: one that waits is never begun. One that is being worked on, and its steps, are
 * stopped by the broadcast that follows. Returns the agent it was for; nothing for an id that is no durable run's.
 * @throws {BatonError} INVALID_ARGUMENT for what is no id, FAILED_PRECONDITION for a run that has ended, UNAVAILABLE.
 */
export async function cancelRun({ spaces, bus }: Sender, id: string): Promise<string[]> {
  const parsed = HandoffId.safeParse(id);
  if (!parsed.success) throw new BatonError('INVALID_ARGUMENT', `"id" ${parsed.error.issues[0]?.message}`);
  // Whoever is at work would not hear of it.
  if (bus.isDown) throw new BatonError('UNAVAILABLE', 'the broker is away; nothing was cancelled');
  if (!bus.hasJetStream) return [];
  const space = spaces.of(spaces.home);
  const run = await untilAvailable(() => lookUp(space, id), LOOK_UP_MS).catch(none);
  if (!run) return [];
  if ('record' in run) throw ended(id, run.record.state);
  const facts = factsOf(run.prompt, run.envelope);
  const reason = new BatonError('CANCELLED', 'cancelled by the caller');
  const record = await untilAvailable(() => callOff(space, facts, reason), LOOK_UP_MS);
  if (record.state !== 'cancelled') throw ended(id, record.state);
  await leaveQueue(space, id).catch(() => {});
  return [facts.agent.slice(facts.agent.indexOf('/') + 1)];
}

/** It would be found cancelled anyway; gone, it is nobody's work. */
async function leaveQueue({ tasks, owner }: DurableSpace, id: string): Promise<void> {
  const queued = await tasks.find(anyTaskSubject(owner, id));
  if (queued) await tasks.remove(queued);
}

function none(error: unknown): undefined {
  if (!(error instanceof BatonError && error.code === 'NOT_FOUND')) throw error;
}

function ended(id: string, state: string): BatonError {
  const how = state === 'cancelled' ? 'was cancelled' : state;
  return new BatonError('FAILED_PRECONDITION', `"${id}" has ended already: it ${how}`);
}
