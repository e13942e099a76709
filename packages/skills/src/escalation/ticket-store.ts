import { createHash } from 'node:crypto';
import type { Store } from '@baton/runtime';
import { z } from 'zod';
import { AnswerRecord, Further, Opening, type Ticket } from './ticket.ts';

/** One ticket of a customer's conversation: they are numbered, and a number is never used again. */
export interface Place {
  /** The conversation and its user, hashed. */
  readonly conversation: string;
  readonly number: number;
}

/** What there is of a ticket: its records by kind, without their contents. */
export interface Traces {
  readonly place: Place;
  readonly isAnswered: boolean;
  readonly isTold: boolean;
  /** Keys of what was added when the conversation was escalated again. */
  readonly further: readonly string[];
}

type Kind = 'ticket' | 'answer' | 'told' | `more.${string}`;

const Pointer = z.object({ conversation: z.string(), number: z.int() });

/**
 * Tickets as records that are written once and never changed, so that of two writers one wins and the other sees it:
 * `id.<ID>` says where a ticket is, `c.<conversation>.<number>.` begins the keys of all there is of it.
 */
export class TicketStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What there is, of one conversation or of all, the oldest number first. One request. */
  async traces(conversation?: string): Promise<Traces[]> {
    const keys = await this.#store.keys(conversation === undefined ? 'c' : `c.${conversation}`);
    const found = new Map<string, { place: Place; kinds: Set<string>; further: string[] }>();
    for (const key of keys) {
      const [, hash = '', number = '', kind = ''] = key.split('.');
      const place = { conversation: hash, number: Number(number) };
      if (!Number.isSafeInteger(place.number)) continue;
      const entry = found.get(keyOf(place)) ?? { place, kinds: new Set(), further: [] };
      found.set(keyOf(place), entry);
      entry.kinds.add(kind);
      if (kind === 'more') entry.further.push(key);
    }
    return [...found.values()]
      .map(({ place, kinds, further }) => ({
        place,
        isAnswered: kinds.has('answer'),
        isTold: kinds.has('told'),
        further,
      }))
      .sort((a, b) => a.place.number - b.place.number);
  }

  /** Writes a record where there is none; whether it is this one that is there now. Safe to repeat when the broker was silent. */
  async write(place: Place, kind: Kind, record: unknown): Promise<boolean> {
    return await this.#write(keyOf(place, kind), record);
  }

  /** Takes an id for a place; false when it is taken. */
  reserve(id: string, place: Place): Promise<boolean> {
    return this.#write(`id.${id}`, place);
  }

  async placeOf(id: string): Promise<Place | undefined> {
    return Pointer.safeParse(await this.#store.get(`id.${id}`)).data;
  }

  async ids(): Promise<string[]> {
    return (await this.#store.keys('id')).map((key) => key.slice('id.'.length));
  }

  async answer(place: Place): Promise<AnswerRecord | undefined> {
    return AnswerRecord.safeParse(await this.#store.get(keyOf(place, 'answer'))).data;
  }

  /** The ticket as its records tell it; undefined when its time is over. */
  async read({ place, isAnswered, further }: Traces): Promise<Ticket | undefined> {
    const [opening, answer, ...more] = await Promise.all([
      this.#store.get(keyOf(place, 'ticket')),
      isAnswered ? this.answer(place) : undefined,
      ...further.map((key) => this.#store.get(key)),
    ]);
    const { data: ticket } = Opening.safeParse(opening);
    if (!ticket) return undefined;
    const added = more
      .flatMap((record) => Further.safeParse(record).data ?? [])
      .sort((a, b) => (a.at < b.at ? -1 : 1));
    const { messages, omitted } = added.at(-1) ?? ticket;
    const reason = [ticket, ...added].map((each) => each.reason).join('\n');
    const state = answer ? 'answered' : 'open';
    return { ...ticket, reason, messages, omitted, state, ...(answer && { answer }) };
  }

  async #write(key: string, record: unknown): Promise<boolean> {
    if (await this.#store.create(key, record)) return true;
    return JSON.stringify(await this.#store.get(key)) === JSON.stringify(record);
  }
}

/** Ids come from outside: hashed, they are a safe key, and nobody is mistaken for another user. */
export function conversationKey(user: string | undefined, conversation: string): string {
  return createHash('sha256')
    .update(JSON.stringify([user ?? null, conversation]))
    .digest('hex');
}

function keyOf({ conversation, number }: Place, kind?: Kind): string {
  return `c.${conversation}.${number}${kind === undefined ? '' : `.${kind}`}`;
}
