import { Deadline } from '../../agent/deadline.ts';
import type { HandoffOrder } from '../../agent/port.ts';
import { BatonError } from '../../wire/error.ts';
import type { Address } from '../../wire/name.ts';
import type { RunResult } from '../../wire/result.ts';
import type { Sender } from '../sender.ts';
import { failedRun } from './run-record.ts';
import { makeTask, submitTask } from './submit.ts';

/**
 * Hands a durable run on: the target goes on with it under its own id, and writes its record. It has been taken over once
 * the broker keeps it in the target's queue; until then it is the source's. Never rejects.
 */
export async function durableTransfer(
  sender: Sender,
  { order, address }: { readonly order: HandoffOrder; readonly address: Address },
): Promise<RunResult> {
  const { id, scope } = order;
  const to = `${address.owner}/${address.agent}`;
  const { conversation } = scope;
  try {
    using deadline = new Deadline(scope.expiresAt, scope.signal);
    const task = await makeTask(sender, { order, address }, deadline);
    await submitTask(sender, { task, address }, deadline);
    const facts = { agent: address.agent, conversation, id, durationMs: 0, handoffs: [], insights: {} };
    return { ...facts, success: true, response: null, fallback: false, transferred: { id, to } };
  } catch (thrown) {
    return failedRun({ id, agent: to, conversation, request: undefined }, BatonError.from(thrown));
  }
}
