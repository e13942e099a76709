import type { Emit } from '../../agent/events.ts';
import type { HandoffOrder } from '../../agent/port.ts';
import type { Address } from '../../wire/name.ts';
import type { RunResult } from '../../wire/result.ts';
import { exchange } from '../exchange.ts';
import type { Sender } from '../sender.ts';
import { durableExchange } from './durable-exchange.ts';
import { durableTransfer } from './durable-transfer.ts';

/**
 * A handoff of a durable run. A host of another kind takes no durable work: it is asked directly, and what it
 * answered is kept, so that a second attempt does not ask it again. Never rejects but for the broker's trouble.
 */
export async function durableStep(
  sender: Sender,
  addressed: { readonly order: HandoffOrder; readonly address: Address },
  emit: Emit,
): Promise<RunResult> {
  const { order, address } = addressed;
  if (order.mode === 'transfer') return await durableTransfer(sender, addressed);
  const { journal } = order.scope;
  const presence = sender.registry.find(address);
  const isForeign = presence.status === 'live' && presence.instances.every(({ kind }) => kind !== 'baton');
  if (!isForeign || !journal) return await durableExchange(sender, addressed, emit);
  let failed: RunResult | undefined;
  try {
    return await journal.once(`handoff ${order.id}`, async () => {
      const result = await exchange(sender, addressed, emit);
      if (result.success) return result;
      failed = result;
      throw new Error('only an answer is worth keeping');
    });
  } catch (thrown) {
    if (failed) return failed;
    throw thrown;
  }
}
