import type { Bus } from '../bus/bus.ts';
import { NoResponders } from '../bus/reply-stream.ts';
import { answersPing } from '../registry/ping.ts';
import type { Registry } from '../registry/registry.ts';
import type { BatonError } from '../wire/error.ts';
import type { Address } from '../wire/name.ts';
import { freeSubject } from '../wire/subject.ts';

/** How long an instance with a free place may take to ack before it is asked whether anybody has the request, milliseconds. */
const UNHEARD_MS = 150;

/** How long free places are not asked for once that has led nowhere, milliseconds. */
const OFF_MS = 10_000;

/** One request to whoever has a free place. */
export interface Draw {
  readonly subject: string;
  /** Settles with an error when it has turned out that nobody has taken it. */
  readonly doubt: Promise<BatonError | undefined>;
  close(): void;
}

/**
 * The way to an instance that has a free place, where an agent has several: the broker gives a request to one of them, or says
 * at once that there is none. An observer who listens there as well keeps it from saying so; then the instances are asked.
 */
export class Draws {
  readonly #bus: Bus;
  readonly #registry: Registry;
  #offUntil = 0;

  constructor(bus: Bus, registry: Registry) {
    this.#bus = bus;
    this.#registry = registry;
  }

  /** Undefined for an agent that is to be asked directly. */
  open(address: Address): Draw | undefined {
    const server = this.#bus.serverId;
    if (!this.#registry.hasSiblingsAt(address, server) || Date.now() < this.#offUntil) return undefined;
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

  /** It was refused there, or has led nowhere: agents are asked directly for a while. */
  turnOff(): void {
    this.#offUntil = Date.now() + OFF_MS;
  }

  async #doubt(address: Address, server: string): Promise<BatonError | undefined> {
    const presence = this.#registry.find(address);
    const live = presence.status === 'live' ? presence.instances : [];
    const asked = live.filter(({ freeAt }) => freeAt === server);
    // One connection's messages keep their order: who answers has read the request, if it was given it, and in its next turn
    // has acked it.
    for (let turn = 0; turn < 2; turn++) {
      const answers = asked.map(({ instance }) => answersPing(this.#bus, instance));
      const all = await Promise.all(answers).catch(() => undefined);
      if (!all) return undefined;
    }
    return new NotDrawn();
  }
}

/** Every instance says that it has not got it: whoever listens there is none of them. */
export class NotDrawn extends NoResponders {}
