import { BatonError, type HandoffPort, lookalikes, type Message, type Store } from '@baton/runtime';
import pLimit from 'p-limit';
import { persist } from '../persist.ts';
import type { AnswerRecord, Opening, Ticket } from './ticket.ts';
import { newTicketId, readTicketId } from './ticket-id.ts';
import { conversationKey, type Place, TicketStore, type Traces } from './ticket-store.ts';
import { cut, transcript } from './transcript.ts';

/** Name of the store, one for each owner. */
const STORE = 'tickets';
/** How long each record of a ticket is kept when nobody says otherwise, milliseconds: 30 days. */
export const TICKET_TTL_MS = 30 * 86_400_000;

const MAX_REASON = 2000;
const MAX_ANSWER = 20_000;
/** Reasons added to one ticket; past that they are dropped. */
const MAX_FURTHER = 20;
/** How often a broker that does not say in time is asked, and how often others may be first. */
const TRIES = 3;
const isPatient = (tries: number) => tries < TRIES;
const MAX_RACES = 10;
/** Tickets read at a time. */
const MAX_READS = 64;

/** Whose conversation it is. */
export interface Customer {
  /** Undefined when nobody is named. */
  readonly user: string | undefined;
  readonly conversation: string;
}

export interface Escalation extends Customer {
  readonly agent: string;
  readonly reason: string;
  readonly messages: readonly Message[];
}

/** The ticket a conversation has now. */
export interface Escalated {
  readonly id: string;
  /** False when it was open already. */
  readonly isNew: boolean;
}

/** An answer that the customer has not been told yet. */
export interface Untold extends AnswerRecord {
  readonly place: Place;
}

/** Tickets, kept by the broker: any member of the mesh makes, reads and answers them. */
export class Tickets {
  readonly #store: TicketStore;
  /** How long each record is kept, milliseconds. */
  readonly ttlMs: number;
  readonly #now: () => Date;

  constructor(store: Store, now: () => Date = () => new Date()) {
    this.#store = new TicketStore(store);
    this.ttlMs = store.ttlMs;
    this.#now = now;
  }

  /**
   * Opens the tickets of an owner. Without `ttlMs` only those that exist.
   * @throws {BatonError} FAILED_PRECONDITION when the broker cannot keep any, NOT_FOUND when nobody has ever made one
   * and there is no `ttlMs`, UNAVAILABLE.
   */
  static async open(
    member: Pick<HandoffPort, 'store'>,
    options: { readonly ttlMs?: number } = {},
  ): Promise<Tickets> {
    return new Tickets(await member.store({ name: STORE, ...options }));
  }

  /**
   * The one open ticket of a conversation: made if there is none, else the reason is added to it. Whoever else does so
   * at the same moment has the same ticket.
   * @throws {BatonError} UNAVAILABLE when that is not known; once more is safe. INVALID_ARGUMENT when it is too large.
   */
  async escalate(escalation: Escalation): Promise<Escalated> {
    return await persist(() => this.#escalate(escalation), isPatient);
  }

  /** Every ticket, the oldest first. */
  async list(): Promise<Ticket[]> {
    const traces = await this.#store.traces();
    const gate = pLimit(MAX_READS);
    const tickets = await gate.map(traces, (each) => this.#store.read(each));
    return tickets
      .filter((ticket) => ticket !== undefined)
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }

  /** A ticket by its id, as somebody wrote it. @throws {BatonError} NOT_FOUND naming those that look alike. */
  async find(id: string): Promise<Ticket> {
    return (await this.#find(id)).ticket;
  }

  /**
   * Answers a ticket, once: of two people who do so at the same moment one is refused.
   * @throws {BatonError} NOT_FOUND, FAILED_PRECONDITION when it is answered already, saying by whom, INVALID_ARGUMENT.
   */
  async answer(id: string, { text, by }: { readonly text: string; readonly by: string }): Promise<Ticket> {
    checkAnswer(text, by);
    const { ticket, place } = await this.#find(id);
    const record: AnswerRecord = { id: ticket.id, text, by, at: this.#now().toISOString() };
    if (await persist(() => this.#store.write(place, 'answer', record), isPatient)) {
      return { ...ticket, state: 'answered', answer: record };
    }
    const first = await this.#store.answer(place);
    throw new BatonError(
      'FAILED_PRECONDITION',
      `ticket #${ticket.id} was answered already, by ${JSON.stringify(first?.by ?? 'somebody')} at ${first?.at ?? 'an unknown time'}`,
    );
  }

  /** The answers that a customer has not been told yet, the oldest first. One request when there is none. */
  async untold({ user, conversation }: Customer): Promise<Untold[]> {
    const traces = await this.#store.traces(conversationKey(user, conversation));
    const due = traces.filter(({ isAnswered, isTold }) => isAnswered && !isTold);
    const answers = await Promise.all(
      due.map(async ({ place }) => ({ place, answer: await this.#store.answer(place) })),
    );
    return answers.flatMap(({ place, answer }) => (answer ? { ...answer, place } : []));
  }

  /** Notes that the customer has been told: nobody tells it again. */
  async noteTold({ place }: Pick<Untold, 'place'>): Promise<void> {
    await persist(() => this.#store.write(place, 'told', { at: this.#now().toISOString() }), isPatient);
  }

  async #escalate(escalation: Escalation): Promise<Escalated> {
    const conversation = conversationKey(escalation.user, escalation.conversation);
    for (let race = 0; race < MAX_RACES; race++) {
      const traces = await this.#store.traces(conversation);
      const last = traces.at(-1);
      const open = last && !last.isAnswered ? await this.#store.read(last) : undefined;
      if (last && open) {
        await this.#add(last, open, escalation);
        // Answered meanwhile, it was by someone who did not see this reason.
        if (!(await this.#store.answer(last.place))) return { id: open.id, isNew: false };
        continue;
      }
      const id = await this.#make({ conversation, number: (last?.place.number ?? -1) + 1 }, escalation);
      if (id !== undefined) return { id, isNew: true };
    }
    throw new BatonError('UNAVAILABLE', 'others kept changing the tickets of this conversation');
  }

  /** Its id; undefined when somebody else has made the ticket of this place. */
  async #make(place: Place, { user, conversation, agent, ...rest }: Escalation): Promise<string | undefined> {
    const opening: Opening = {
      id: await this.#newId(place),
      agent,
      customerId: user ?? null,
      conversation,
      reason: reasonOf(rest),
      ...transcript(rest.messages),
      createdAt: this.#now().toISOString(),
    };
    return (await this.#store.write(place, 'ticket', opening)) ? opening.id : undefined;
  }

  async #add({ place, further }: Traces, open: Ticket, escalation: Escalation): Promise<void> {
    const reason = reasonOf(escalation);
    if (open.reason.split('\n').includes(reason) || further.length >= MAX_FURTHER) return;
    const record = { reason, ...transcript(escalation.messages), at: this.#now().toISOString() };
    // Named by the reason: replicas that add the same one at the same moment add it once.
    await this.#store.write(place, `more.${conversationKey(undefined, reason)}`, record);
  }

  async #newId(place: Place): Promise<string> {
    for (let tries = 0; tries < MAX_RACES; tries++) {
      const id = newTicketId();
      if (await this.#store.reserve(id, place)) return id;
    }
    throw new BatonError('UNAVAILABLE', 'no free ticket id was found');
  }

  async #find(written: string): Promise<{ ticket: Ticket; place: Place }> {
    const id = readTicketId(written);
    const place = id === undefined ? undefined : await this.#store.placeOf(id);
    const traces = place ? await this.#store.traces(place.conversation) : [];
    const trace = traces.find((each) => each.place.number === place?.number);
    const ticket = trace && (await this.#store.read(trace));
    // An id may have been reserved for a ticket that somebody else then made.
    if (trace && ticket && ticket.id === id) return { ticket, place: trace.place };
    throw await this.#notFound(written);
  }

  async #notFound(written: string): Promise<BatonError> {
    const named = readTicketId(written) ?? written.replace(/^#/, '').toUpperCase();
    const alike = lookalikes(named, await this.#store.ids());
    const hint = alike.length > 0 ? `did you mean ${alike.map((id) => `#${id}`).join(' or ')}?` : '';
    const all = 'baton tickets --all lists them';
    return new BatonError(
      'NOT_FOUND',
      `there is no ticket ${JSON.stringify(written.slice(0, 40))}; ${hint || all}`,
    );
  }
}

/** In one line: a ticket that is escalated again has several. */
function reasonOf({ reason }: Pick<Escalation, 'reason'>): string {
  return cut(reason.replace(/\s+/g, ' ').trim(), MAX_REASON) || 'no reason was given';
}

function checkAnswer(text: string, by: string): void {
  if (text.trim() === '' || text.length > MAX_ANSWER) {
    const found = text.trim() === '' ? 'an empty one' : `${text.length}`;
    throw new BatonError('INVALID_ARGUMENT', `an answer has 1 to ${MAX_ANSWER} characters, not ${found}`);
  }
  if (!/^\P{Cc}{1,100}$/u.test(by)) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      'the name of who answers has 1 to 100 characters, none of them a control character',
    );
  }
}
