import { Deadline } from '../../agent/deadline.ts';
import type { Emit } from '../../agent/events.ts';
import { unseenText } from '../../agent/events.ts';
import type { HandoffOrder } from '../../agent/port.ts';
import type { StopSignal } from '../../wire/abort.ts';
import type { RunRecord } from '../../wire/durable.ts';
import { BatonError } from '../../wire/error.ts';
import type { Address } from '../../wire/name.ts';
import type { RunResult } from '../../wire/result.ts';
import type { Sender } from '../sender.ts';
import { callOff } from './call-off.ts';
import { wholeResult } from './large-values.ts';
import { OutputReader } from './output-reader.ts';
import { RunEnding } from './run-ending.ts';
import { failedRun } from './run-record.ts';
import { checkRequest, makeTask, submitTask, type Task } from './submit.ts';
import { tellCancelled } from './tell-cancelled.ts';
import { untilAvailable } from './until-available.ts';

/** A work order and where it goes. */
interface Addressed {
  readonly order: HandoffOrder;
  readonly address: Address;
}

/** What is said earlier than this is held back by whoever says it, milliseconds; or it is read. */
const LISTEN_MS = 25;

/** How long it is tried to write down that nobody wants the answer any more, milliseconds. */
const LAST_WORD_MS = 3000;

/**
 * As `exchange`, through the work queue: it lives on when the worker, the broker or this process dies, and an order
 * whose id was carried out before yields what was kept. Never rejects.
 */
export async function durableExchange(sender: Sender, addressed: Addressed, emit: Emit): Promise<RunResult> {
  const { order, address } = addressed;
  const started = performance.now();
  try {
    // Whoever asks from outside has set a time already.
    using deadline = order.scope.journal && new Deadline(order.scope.expiresAt, order.scope.signal);
    const signal = deadline ?? order.scope.signal;
    const task = await makeTask(sender, addressed, signal);
    return await carryThrough(sender, { ...addressed, task, signal }, emit);
  } catch (thrown) {
    const facts = {
      id: order.id,
      agent: `${address.owner}/${address.agent}`,
      conversation: order.scope.conversation,
      request: undefined,
    };
    const durationMs = Math.round(performance.now() - started);
    return { ...failedRun(facts, BatonError.from(thrown)), durationMs };
  }
}

interface Carried extends Addressed {
  readonly task: Task;
  readonly signal: StopSignal;
}

async function carryThrough(sender: Sender, carried: Carried, emit: Emit): Promise<RunResult> {
  const { order, task, signal } = carried;
  const { space, id } = task;
  using ending = new RunEnding(space, id);
  const output = new OutputReader(space, id, { tell: emit });
  let listening: NodeJS.Timeout | undefined;
  try {
    const isNew = await submitTask(sender, carried, signal);
    listening = setTimeout(() => output.listen(), isNew ? LISTEN_MS : 0);
    if (!isNew) output.catchUp();
    emit({ type: 'accepted', id });
    const resend = resender(sender, task);
    const onTick = () => {
      // Whoever waits for another run is not hung: that one is looked after where it is.
      order.scope.journal?.progress();
      resend();
    };
    const record = await ending.wait({ signal, isNew, onTick });
    // What was there already may be the answer to another request, asked under this id long ago.
    if (!ending.isHeard) checkRequest(task, record.request);
    const result = record.resultRef
      ? await untilAvailable(() => wholeResult(space, record), signal)
      : record.result;
    await output.finish(record, result);
    const rest = result.success ? unseenText(output.text, result.response) : '';
    if (rest) emit({ type: 'text', text: rest });
    return result;
  } catch (thrown) {
    const record = await giveUp(task, BatonError.from(thrown));
    if (record) return await untilAvailable(() => wholeResult(space, record), LAST_WORD_MS);
    throw thrown;
  } finally {
    clearTimeout(listening);
    output.close();
  }
}

/** The request is published again now and then until its end is known: an acknowledged message may still be lost. */
function resender({ spaces }: Sender, { space, subject, data }: Task): () => void {
  const { resendMs } = spaces.settings;
  let dueAt = Date.now() + resendMs;
  return () => {
    if (Date.now() < dueAt) return;
    dueAt = Date.now() + resendMs;
    // Without a name: the queue itself knows what it holds, and what it has lost must not count as a duplicate.
    void space.tasks.add(subject, data).catch(() => {});
  };
}

/** Ends a run whose answer is not wanted any more, or too late; others may have ended it before. */
async function giveUp({ space, id, facts }: Task, reason: BatonError): Promise<RunRecord | undefined> {
  if (reason.code !== 'CANCELLED' && reason.code !== 'DEADLINE_EXCEEDED') return undefined;
  // Nobody begins what is too late, whatever is said of it; what is unwanted has to be called off.
  const patienceMs = reason.code === 'CANCELLED' ? LAST_WORD_MS : 0;
  const record = await untilAvailable(() => callOff(space, facts(), reason), patienceMs).catch(
    () => undefined,
  );
  tellCancelled(space, id);
  return record;
}
