import { abortError, type StopSignal, throwIfAborted } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';
import type { BusMessage, Inbox, Pending, PendingRequest } from './inbox.ts';

/** How to follow the replies to one request. */
export interface ReplyHandlers {
  /** Called for each reply; returns true when it was the last one. */
  onReply(message: BusMessage): boolean;
  /** When the whole exchange is given up, milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Longest silence between two replies, milliseconds; read anew after each. */
  readonly silenceMs: number;
  /** Asked after each second of silence once there was a reply: an error when the other side is known to be gone. */
  check?(): Promise<BatonError | undefined>;
  /** Longest wait for the first one, milliseconds. Default: `silenceMs`. */
  readonly firstReplyMs?: number;
  /** Settles with an error when it turns out that nobody can answer; counts until the first reply. */
  readonly doubt?: Promise<BatonError | undefined> | undefined;
  /** What a broker that goes away means: `fail` (the default) after a second, `wait` for it until `expiresAt`. */
  readonly whileAway?: 'fail' | 'wait' | undefined;
  /** Gives up with `CANCELLED`, or with the BatonError that is its reason. */
  readonly signal: StopSignal;
}

/** The status of the broker's own reply when nobody is subscribed to a subject. */
export const NO_RESPONDERS = 503;

/** How long a silence is borne before the other side is looked after, milliseconds. */
const CHECK_MS = 1000;

/**
 * How long after the broker's return a request may stay unheard of, milliseconds: agents tell every 2 s that they are at work,
 * and what was told meanwhile is lost. Who may be silent for longer is given that time.
 */
const RETURN_MS = 3000;

/** Who may be silent for longer than this does not tell often, milliseconds. */
const OFTEN_MS = 10_000;

/**
 * Publishes a request and settles when its last reply came.
 * @throws {BatonError} UNAVAILABLE at once when nobody serves the subject, and after `firstReplyMs` or `silenceMs`
 * without a word;
 * DEADLINE_EXCEEDED at `expiresAt`; CANCELLED on abort.
 */
export function followReplies(
  inbox: Inbox,
  { subject, publish }: { readonly subject: string; publish(reply: string): void },
  handlers: ReplyHandlers,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const following = new Following(inbox, { subject, handlers, resolve, reject });
    following.begin(publish);
  });
}

interface FollowingParts {
  readonly subject: string;
  readonly handlers: ReplyHandlers;
  resolve(): void;
  reject(error: unknown): void;
}

/** One request whose replies are on their way. */
class Following implements Pending, PendingRequest {
  readonly #inbox: Inbox;
  readonly #parts: FollowingParts;
  readonly #onAbort = () => this.#fail(abortError(this.#parts.handlers.signal));
  readonly openedAt = Date.now();
  readonly isPatient: boolean;
  isAnswered = false;
  expiresAt: number;
  #token = '';
  #heardAt = this.openedAt;
  #patienceMs: number;
  #wasAway = false;

  constructor(inbox: Inbox, parts: FollowingParts) {
    const { handlers } = parts;
    this.#inbox = inbox;
    this.#parts = parts;
    this.isPatient = handlers.whileAway === 'wait';
    this.#patienceMs = handlers.firstReplyMs ?? handlers.silenceMs;
    this.expiresAt = this.#nextLook(this.openedAt);
  }

  get request(): PendingRequest {
    return this;
  }

  get subject(): string {
    return this.#parts.subject;
  }

  begin(publish: (reply: string) => void): void {
    const { signal, doubt } = this.#parts.handlers;
    this.#token = this.#inbox.add(this);
    if (doubt) void this.#heedDoubt(doubt);
    try {
      throwIfAborted(signal);
      signal.addEventListener('abort', this.#onAbort, { once: true });
      publish(this.#inbox.subjectOf(this.#token));
    } catch (error) {
      this.#fail(error);
    }
  }

  onMessage(message: BusMessage): void {
    try {
      if (message.headers?.code === NO_RESPONDERS) throw new NoResponders();
      this.isAnswered = true;
      this.#wasAway = false;
      const { handlers } = this.#parts;
      const isLast = handlers.onReply(message);
      this.#heardAt = Date.now();
      this.#patienceMs = handlers.silenceMs;
      this.expiresAt = this.#nextLook(this.#heardAt);
      if (!isLast) return;
      this.#close();
      this.#parts.resolve();
    } catch (error) {
      this.#fail(error);
    }
  }

  onExpire(reason?: BatonError): void {
    const now = Date.now();
    const { expiresAt } = this.#parts.handlers;
    const isOver = now >= Math.min(expiresAt, this.#heardAt + this.#patienceMs);
    if (reason || isOver) {
      const patienceMs = this.#wasAway ? undefined : this.#patienceMs;
      this.#fail(reason ?? expiryError(expiresAt, patienceMs));
    } else {
      this.expiresAt = this.#nextLook(now);
      void this.#lookAfter();
    }
  }

  onOutage(isOver: boolean): void {
    this.#wasAway = true;
    this.#heardAt = Date.now();
    if (!isOver) this.#patienceMs = Number.POSITIVE_INFINITY;
    else this.#patienceMs = this.isAnswered ? afterReturn(this.#parts.handlers.silenceMs) : RETURN_MS;
    this.expiresAt = this.#nextLook(this.#heardAt);
  }

  #nextLook(from: number): number {
    const { expiresAt, check } = this.#parts.handlers;
    const look = this.isAnswered && check ? from + CHECK_MS : expiresAt;
    return Math.min(expiresAt, this.#heardAt + this.#patienceMs, look);
  }

  async #lookAfter(): Promise<void> {
    const silentSince = this.#heardAt;
    const gone = await this.#parts.handlers.check?.();
    if (gone && this.#heardAt === silentSince) this.#fail(gone);
  }

  async #heedDoubt(doubt: Promise<BatonError | undefined>): Promise<void> {
    const error = await doubt;
    if (error && !this.isAnswered) this.#fail(error);
  }

  #close(): void {
    this.#inbox.remove(this.#token);
    this.#parts.handlers.signal.removeEventListener('abort', this.#onAbort);
  }

  #fail(error: unknown): void {
    this.#close();
    this.#parts.reject(error);
  }
}

/** The broker's own word, at once: nobody is subscribed to the subject. */
export class NoResponders extends BatonError {
  constructor() {
    super('UNAVAILABLE', 'nobody serves this subject');
  }
}

/** The other side left the request, or the rest of its answer, hanging. */
export class Silence extends BatonError {
  constructor(silenceMs: number) {
    super('UNAVAILABLE', `nothing was heard for ${silenceMs / 1000} s`);
  }
}

function expiryError(expiresAt: number, silenceMs: number | undefined): BatonError {
  if (Date.now() >= expiresAt) return new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline');
  if (silenceMs !== undefined) return new Silence(silenceMs);
  return new BatonError(
    'UNAVAILABLE',
    'the broker was away; whether the request was answered meanwhile is not known',
  );
}

function afterReturn(silenceMs: number): number {
  return silenceMs > OFTEN_MS ? silenceMs : RETURN_MS;
}
