import { setTimeout as sleep } from 'node:timers/promises';
import { NoResponders } from '../bus/reply-stream.ts';
import type { Registry } from '../registry/registry.ts';
import { BatonError } from '../wire/error.ts';
import type { Address } from '../wire/name.ts';
import { promptSubject } from '../wire/subject.ts';
import { type Draw, NotDrawn } from './draws.ts';
import type { Sender } from './sender.ts';

/** How long an agent that the registry does not see alive may take to ack, once the mesh is known, milliseconds. */
const DOUBT_MS = 100;

/** How long to wait for an agent that is on its way back before it is tried again, milliseconds. */
const AGAIN_MS = 100;

/** Sends a request, and follows it to its end; true when it was turned away. */
type Send = (way: Way) => Promise<boolean>;

/** What finding the way takes. */
type Guide = Pick<Sender, 'bus' | 'registry' | 'draws'>;

/** Sends to an instance that has a free place; where none has, or nobody says so, to any: there it waits in line. */
export function route(guide: Guide, address: Address, send: Send): Promise<void> {
  const draw = guide.draws.open(address);
  return draw ? sendToFree(draw, guide, { address, send }) : sendToAny(guide, address, send);
}

async function sendToFree(
  draw: Draw,
  guide: Guide,
  { address, send }: { readonly address: Address; readonly send: Send },
): Promise<void> {
  try {
    // An instance whose place was taken meanwhile turns it away at once.
    if (!(await send(draw))) return;
  } catch (thrown) {
    // The broker does not let this member publish there: nothing has gone out.
    const isBarred = thrown instanceof BatonError && thrown.code === 'PERMISSION_DENIED';
    if (!isBarred && !(thrown instanceof NoResponders)) throw thrown;
    if (isBarred || thrown instanceof NotDrawn) guide.draws.turnOff();
  } finally {
    draw.close();
  }
  await sendToAny(guide, address, send);
}

/**
 * Sends to the agent; once more, elsewhere, when nobody answers there and the mesh is only now known; and again, for as long as
 * members may still be on their way back after an outage.
 */
async function sendToAny(
  { registry, bus }: Pick<Guide, 'registry' | 'bus'>,
  address: Address,
  send: Send,
): Promise<void> {
  const subject = subjectOf(registry, address);
  try {
    await send({ subject, doubt: doubt(registry, address, subject) });
  } catch (thrown) {
    if (!(thrown instanceof NoResponders)) throw thrown;
    await registry.synced();
    const announced = subjectOf(registry, address);
    if (announced !== subject) return void (await send({ subject: announced, doubt: undefined }));
    // Only what the broker has refused itself is known to have reached nobody.
    if (thrown instanceof Doubted || !bus.isReturning) throw thrown;
    await sleep(AGAIN_MS);
    await sendToAny({ registry, bus }, address, send);
  }
}

/** Where a request is published. */
export interface Way {
  readonly subject: string;
  readonly doubt: Promise<BatonError | undefined> | undefined;
}

/**
 * The registry's word beside the broker's: an observer subscribed to everything, or a process that is frozen, counts
 * as a responder for the broker. Nobody is doubted whose instances are seen alive, nor whoever acks in time.
 */
function doubt(registry: Registry, address: Address, subject: string): Way['doubt'] {
  if (registry.find(address).status === 'live') return undefined;
  return registry.synced().then(async () => {
    // An agent launched this moment may be heard of a little later than it can be reached.
    await new Promise((resolve) => setTimeout(resolve, DOUBT_MS));
    const isThere = registry.find(address).status === 'live' && subjectOf(registry, address) === subject;
    return isThere ? undefined : new Doubted();
  });
}

/** Not the broker's word, but the registry's: a frozen process may wake up with the request. */
export class Doubted extends NoResponders {}

/** Where to publish: the agent's own subject, or what a host of another kind under that name announced. */
function subjectOf(registry: Registry, address: Address): string {
  const presence = registry.find(address);
  const foreign =
    presence.status === 'live' && presence.instances.every(({ kind }) => kind !== 'baton')
      ? presence.instances[0]?.details?.promptSubject
      : undefined;
  return foreign ?? promptSubject(address);
}
