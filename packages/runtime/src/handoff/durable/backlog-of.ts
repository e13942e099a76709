import type { Backlog } from '../../bus/work-queue.ts';
import { BatonError } from '../../wire/error.ts';
import { parseAddress } from '../../wire/name.ts';
import { taskSubject } from '../../wire/subject.ts';
import type { Sender } from '../sender.ts';

/**
 * Durable work of an agent that is not done. A broker that can keep none has none.
 * @throws {BatonError} INVALID_ARGUMENT for what is no address, UNAVAILABLE.
 */
export async function backlogOf({ spaces, home }: Sender, agent: string): Promise<Backlog> {
  const address = parseAddress(agent, home);
  try {
    return await spaces
      .of(address.owner)
      .tasks.backlog({ name: address.agent, filter: taskSubject(address) });
  } catch (thrown) {
    if (thrown instanceof BatonError && thrown.code === 'FAILED_PRECONDITION')
      return { waiting: 0, inHand: 0 };
    throw thrown;
  }
}
