import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError, type Context, getContext, hook, type Message, Skill, tool } from '@baton/runtime';
import { z } from 'zod';
import type { AnswerRecord } from './ticket.ts';
import { type Escalated, TICKET_TTL_MS, Tickets, type Untold } from './tickets.ts';

export interface EscalationOptions {
  /** Within what time a person will be in touch, as customers are told. Default `24 hours`. */
  readonly promise?: string;
  /** What customers are told to do when no ticket can be made. */
  readonly otherwise?: string;
  /** How long each record of a ticket is kept, milliseconds, if these are the mesh's first. Default 30 days. */
  readonly ttlMs?: number;
  /** How long a customer's answer is held back for a person to answer at once, seconds. Default 0: not at all. */
  readonly waitSeconds?: number;
  /** How long whoever asked has to answer a question in mid-stream, seconds. Default 60. */
  readonly askSeconds?: number;
}

/** What is to be settled at the end of a run. */
interface Pending {
  /** Put before the new message, and part of the response since. */
  readonly shown: Set<Message>;
  /** Answers that a tool gave to a model, which may or may not have passed them on. */
  readonly waited: Untold[];
}

const OTHERWISE = 'Please try again in a few minutes, or contact us in another way.';
const POLL_MS = 500;
/** Left of a run's time for the answer after a wait, milliseconds. */
const MARGIN_MS = 2000;

/**
 * People behind the agents: makes tickets of conversations, and brings the answers that people give (`baton tickets`)
 * into the customer's conversation, on whichever replica its next message arrives. See docs/escalation.md.
 */
export class EscalationSkill extends Skill {
  readonly #options: Required<EscalationOptions>;
  readonly #pending = new WeakMap<Context['scope'], Pending>();
  #tickets: Promise<Tickets> | undefined;
  #isMissed = false;

  /** @throws {BatonError} INVALID_ARGUMENT for a time that is none. */
  constructor(options: EscalationOptions = {}) {
    super();
    const { promise = '24 hours', otherwise = OTHERWISE, ttlMs = TICKET_TTL_MS } = options;
    const { waitSeconds = 0, askSeconds = 60 } = options;
    checkTime('ttlMs', ttlMs, 1000);
    checkTime('waitSeconds', waitSeconds, 0);
    checkTime('askSeconds', askSeconds, 0.001);
    this.#options = { promise, otherwise, ttlMs, waitSeconds, askSeconds };
  }

  /**
   * Makes a ticket of this conversation, or adds the reason to the one it has open, and says so in a sentence for the
   * customer. When none can be made, the sentence says that.
   * @throws {BatonError} FAILED_PRECONDITION outside a run, INVALID_ARGUMENT for a reason that is no text.
   */
  @tool({
    description: 'Hand this conversation to a human agent: makes a support ticket',
    parameters: z.object({ reason: z.string().describe('why a human is needed, in a sentence') }),
  })
  async escalateToHuman(why: { reason: string }): Promise<string> {
    const reason: unknown = why?.reason;
    if (typeof reason !== 'string') {
      const problem = `"reason" must be a text that says why a human is needed, not of type ${typeof reason}`;
      throw new BatonError('INVALID_ARGUMENT', `escalateToHuman: ${problem}`);
    }
    const context = getContext();
    const ticket = await this.#escalate(context, reason);
    if (!ticket) {
      return `I'm sorry, I could not create a support ticket just now, so no human agent knows of this. ${this.#options.otherwise}`;
    }
    const answer = await this.#waitForAnswer(context, ticket);
    if (answer) return announce(answer);
    const contact = `A human agent will contact you within ${this.#options.promise}.`;
    return ticket.isNew
      ? `I've created support ticket #${ticket.id}. ${contact}`
      : `Your support ticket #${ticket.id} is still open, and I've added this to it. ${contact}`;
  }

  /**
   * Asks whoever asked this run, and gives the answer. When they cannot answer in mid-stream, or do not in time, the
   * question becomes a ticket, and the answer is the sentence about it.
   * @throws {BatonError} FAILED_PRECONDITION outside a run, INVALID_ARGUMENT for an empty question, and what ends the run.
   */
  @tool({
    description: 'Ask the person you are talking to one question and wait for the answer',
    parameters: z.object({ question: z.string() }),
  })
  async askHuman({ question }: { question: string }): Promise<string> {
    const context = getContext();
    if (context.canAskCaller) {
      try {
        return await context.askCaller(question, { timeout: this.#options.askSeconds });
      } catch (thrown) {
        const { code } = BatonError.from(thrown);
        const isUnanswered = code === 'DEADLINE_EXCEEDED' || code === 'FAILED_PRECONDITION';
        if (!isUnanswered || context.signal.aborted) throw thrown;
      }
    }
    return await this.escalateToHuman({ reason: question });
  }

  /** After memory's own hook: what people have answered stands right before the new message. */
  @hook('on_connection', { priority: 20 })
  async tellAnswers(context: Context): Promise<void> {
    try {
      const tickets = await this.#open();
      for (const answer of await tickets.untold(customerOf(context))) {
        const message: Message = { role: 'assistant', content: announce(answer) };
        context.messages = [...context.messages.slice(0, -1), message, ...context.messages.slice(-1)];
        this.#pendingOf(context).shown.add(message);
        context.say(announce(answer));
        // Shown first, noted then: whoever dies in between makes it be shown twice, never not at all.
        if (!context.signal.aborted) await tickets.noteTold(answer);
      }
    } catch (thrown) {
      this.#miss(thrown, 'whether people have answered is not known');
    }
  }

  /** Before memory's own hook: what was said is part of the response, and need not be remembered twice. */
  @hook('finalize_connection', { priority: 10 })
  async settle(context: Context): Promise<void> {
    const pending = this.#pending.get(context.scope);
    if (!pending) return;
    context.messages = context.messages.filter((message) => !pending.shown.has(message));
    const response = context.result?.response ?? '';
    for (const answer of pending.waited) {
      if (response.includes(answer.text)) await (await this.#open()).noteTold(answer);
    }
  }

  async #escalate(context: Context, reason: string): Promise<Escalated | undefined> {
    const { agentName: agent, messages, log } = context;
    try {
      const tickets = await this.#open();
      const ticket = await tickets.escalate({ ...customerOf(context), agent, reason, messages });
      log.info({ ticket: ticket.id, isNew: ticket.isNew }, 'escalated to a human');
      return ticket;
    } catch (thrown) {
      const error = BatonError.from(thrown);
      log.error(
        { code: error.code, reason: error.message },
        'no ticket could be made; the customer is told so',
      );
      return undefined;
    }
  }

  async #waitForAnswer(context: Context, { id }: Escalated): Promise<AnswerRecord | undefined> {
    const { waitSeconds } = this.#options;
    const until = Date.now() + Math.min(waitSeconds * 1000, context.remainingMs - MARGIN_MS);
    while (Date.now() < until && !context.signal.aborted) {
      const untold = await this.#open()
        .then((tickets) => tickets.untold(customerOf(context)))
        .catch(() => []);
      const answer = untold.find((each) => each.id === id);
      if (answer) {
        this.#pendingOf(context).waited.push(answer);
        return answer;
      }
      await sleep(Math.min(POLL_MS, Math.max(0, until - Date.now())), undefined, {
        signal: context.signal,
      }).catch(() => {});
    }
    return undefined;
  }

  #pendingOf({ scope }: Context): Pending {
    const pending = this.#pending.get(scope) ?? { shown: new Set(), waited: [] };
    this.#pending.set(scope, pending);
    return pending;
  }

  /** Tried anew after it has failed: the broker may be back. */
  #open(): Promise<Tickets> {
    this.#tickets ??= this.#openTickets().catch((thrown: unknown) => {
      this.#tickets = undefined;
      throw thrown;
    });
    return this.#tickets;
  }

  async #openTickets(): Promise<Tickets> {
    const { ttlMs } = this.#options;
    const tickets = await Tickets.open(this.port, { ttlMs });
    if (tickets.ttlMs !== ttlMs) {
      this.host.log.warn(
        { ttlMs, keptMs: tickets.ttlMs },
        'tickets are kept as long as whoever made the store asked',
      );
    }
    return tickets;
  }

  /** A broker without JetStream is logged once, anything else each time. */
  #miss(thrown: unknown, what: string): void {
    const { code, message: reason } = BatonError.from(thrown);
    if (code === 'FAILED_PRECONDITION' && this.#isMissed) return;
    this.#isMissed ||= code === 'FAILED_PRECONDITION';
    this.host.log.warn({ code, reason }, what);
  }
}

function customerOf({ peerUserId: user, conversation }: Context) {
  return { user, conversation };
}

function announce({ id, by, text }: AnswerRecord): string {
  return `${by} answered your support ticket #${id}: ${text}`;
}

function checkTime(name: string, value: number, least: number): void {
  if (Number.isFinite(value) && value >= least) return;
  throw new BatonError(
    'INVALID_ARGUMENT',
    `EscalationSkill option "${name}" must be at least ${least}, not ${value}`,
  );
}
