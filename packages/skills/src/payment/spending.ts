/** What a user has spent, in whole minor units. */
export interface Spent {
  readonly inConversation: number;
  readonly today: number;
}

/** A charge, as far as it counts towards limits. */
export interface Spend {
  readonly user: string;
  readonly conversation: string | undefined;
  /** The day it was reserved on; see `dayOf`. */
  readonly day: number;
}

const DAY_MS = 86_400_000;

/** The number of a day in UTC. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** Sums of charges by user and conversation, and by user and day: what is held counts, what was given back does not. */
export class Spending {
  readonly #sums = new Map<string, number>();

  /** Adds to what a charge counts for; a negative amount takes away. */
  add(spend: Spend, amount: number): void {
    for (const key of [conversationKey(spend), dayKey(spend)]) {
      if (key !== undefined) this.#sums.set(key, this.#of(key) + amount);
    }
  }

  of(spend: Spend): Spent {
    return { inConversation: this.#of(conversationKey(spend)), today: this.#of(dayKey(spend)) };
  }

  #of(key: string | undefined): number {
    return (key !== undefined && this.#sums.get(key)) || 0;
  }
}

function conversationKey({ user, conversation }: Spend): string | undefined {
  return conversation === undefined ? undefined : JSON.stringify(['conversation', user, conversation]);
}

function dayKey({ user, day }: Spend): string {
  return JSON.stringify(['day', user, day]);
}
