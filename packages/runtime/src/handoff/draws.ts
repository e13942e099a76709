import type { Bus } from '../bus/bus.ts';
import { NoResponders } from '../bus/reply-stream.ts';
import { answersPing } from '../registry/ping.ts';
import type { Registry } from '../registry/registry.ts';
import { BatonError } from '../wire/error.ts';
import type { Address } from '../wire/name.ts';
import { freeSubject } from '../wire/subject.ts';

/** How often it is looked for observers, who would hear a request for a free place where nobody has one, milliseconds. */
const LOOK_EVERY_MS = 2000;
/** How long the broker may take to say that nobody listens, milliseconds. */
const LOOK_MS = 500;

/** How long an instance with a free place may take to ack before it is asked whether anybody has the request, milliseconds. */
const UNHEARD_MS = 150;

/** One request to whoever has a free place. */
export interface Draw {
  readonly subject: string;
  /** Settles with an error when nobody has taken it, or when it may have died with an instance. */
  readonly doubt: Promise<BatonError | undefined>;
  close(): void;
}

/**
 * The way to an instance that has a free place, where an agent has several: the broker gives a request to one of them, or says
 * at once that there is none. An observer who listens there as well keeps it from saying so. As long as there is one, agents
 * are asked directly; and whoever has not heard of a request it sent for a free place asks all who may have it.
 */
export class Draws {
  readonly #bus: Bus;
  readonly #registry: Registry;
  #isObserved = false;
  #lookAt = 0;

  constructor(bus: Bus, registry: Registry) {
    this.#bus = bus;
    this.#registry = registry;
  }

  /** Undefined for an agent that is to be asked directly. */
  open(address: Address): Draw | undefined {
    const server = this.#bus.serverId;
    if (!this.#registry.hasSiblingsAt(address, server)) return undefined;
    if (Date.now() >= this.#lookAt) void this.#look(address, server);
    if (this.#isObserved) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const unheard = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, UNHEARD_MS);
    });
    return {
      subject: freeSubject(address, server),
      doubt: unheard.then(() => this.#doubt(address, server)),
      close: () => clearTimeout(timer),
    };
  }

  /** Somebody listens there who takes nothing: agents are asked directly for a while. */
  turnOff(): void {
    this.#isObserved = true;
    this.#lookAt = Date.now() + LOOK_EVERY_MS;
  }

  /** Nobody serves this subject, so whoever listens to it listens to everything. A member that may not ask there is told no more. */
  async #look(address: Address, server: string): Promise<void> {
    this.#lookAt = Date.now() + LOOK_EVERY_MS;
    const isHeard = await this.#bus.hasListener(freeSubject(address, `${server}-nobody`), LOOK_MS);
    if (!this.#bus.isDown && !this.#bus.isReturning) this.#isObserved = isHeard;
  }

  async #doubt(address: Address, server: string): Promise<BatonError | undefined> {
    const presence = this.#registry.find(address);
    const live = presence.status === 'live' ? presence.instances : [];
    const asked = live.filter(({ freeAt }) => freeAt === server);
    let signs: Sign[] = [];
    // One connection's messages keep their order: who answers has read the request, if it was given it, and in its next turn
    // has acked it.
    for (let turn = 0; turn < 2; turn++) {
      signs = await Promise.all(asked.map(({ instance }) => signOf(this.#bus, instance)));
      if (signs.includes('silent') || this.#bus.isReturning) return undefined;
    }
    if (!signs.includes('gone')) return new NotDrawn();
    return new BatonError('UNAVAILABLE', 'an instance has died that may have been given the request');
  }
}

/** Every instance says that it has not got it: whoever listens there is none of them. */
export class NotDrawn extends NoResponders {}

type Sign = 'answers' | 'gone' | 'silent';

async function signOf(bus: Bus, instance: string): Promise<Sign> {
  try {
    await answersPing(bus, instance);
    return 'answers';
  } catch (thrown) {
    return thrown instanceof NoResponders ? 'gone' : 'silent';
  }
}
