import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError, type HandoffPort, type Peer, parseAddress } from '@baton/runtime';
import { type Amount, formatAmount, toMinor } from './amount.ts';

interface Price {
  /** Whole minor units. */
  readonly amount: number;
  readonly currency: string;
}

const CARD_WAIT_MS = 1000;
const CARD_POLL_MS = 20;

/** What agents cost: as the operator of this agent says, else as their own cards say. */
export class Prices {
  readonly #own: ReadonlyMap<string, number>;
  readonly #currency: string;
  /** Agents of other kinds, which tell no card. */
  readonly #cardless = new Set<string>();

  /** @throws {BatonError} INVALID_ARGUMENT for a price that is no amount, or of what is no agent's name. */
  constructor(prices: Readonly<Record<string, Amount>>, currency: string) {
    this.#currency = currency;
    this.#own = new Map(
      Object.entries(prices).map(([name, price]) => {
        parseAddress(name, 'default');
        return [name, toMinor(price, currency, `prices.${name}`)];
      }),
    );
  }

  /** Whether one handoff to this agent costs anything. An agent nobody knows costs nothing. */
  isPremium(name: string, port: HandoffPort): boolean {
    return this.#find(name, port).amount > 0;
  }

  /**
   * What one handoff to this agent costs, in whole minor units; 0 for an agent nobody knows.
   * @throws {BatonError} FAILED_PRECONDITION when it is paid in another currency.
   */
  costOf(name: string, port: HandoffPort): number {
    const { amount, currency } = this.#find(name, port);
    if (amount === 0 || currency === this.#currency) return amount;
    throw new BatonError(
      'FAILED_PRECONDITION',
      `"${name}" costs ${formatAmount(amount, currency)}; this agent pays in ${this.#currency}`,
      { target: name },
    );
  }

  /** Waits, briefly and once, for the card of an agent that has only just come: until then it seems to cost nothing. */
  async known(name: string, port: HandoffPort): Promise<void> {
    const address = payee(name, port.owner);
    if (address === undefined || this.#cardless.has(address)) return;
    for (let waited = 0; waited < CARD_WAIT_MS; waited += CARD_POLL_MS) {
      const peer = findPeer(address, port);
      if (!peer || peer.card) return;
      await sleep(CARD_POLL_MS);
    }
    this.#cardless.add(address);
  }

  #find(name: string, port: HandoffPort): Price {
    const { owner } = port;
    const address = payee(name, owner);
    const free = { amount: 0, currency: this.#currency };
    if (address === undefined) return free;
    for (const [key, amount] of this.#own) {
      if (payee(key, owner) === address) return { amount, currency: this.#currency };
    }
    return findPeer(address, port)?.card?.price ?? free;
  }
}

function findPeer(address: string, port: HandoffPort): Peer | undefined {
  return port.peers().find(({ owner, name }) => address === `${owner}/${name}`);
}

/** The address under which an agent earns, `owner/agent`; undefined for what is no agent's name. */
export function payee(name: string, owner: string): string | undefined {
  try {
    const address = parseAddress(name, owner);
    return `${address.owner}/${address.agent}`;
  } catch {
    return undefined;
  }
}
