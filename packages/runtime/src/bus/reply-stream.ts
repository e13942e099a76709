import { abortError } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';
import type { BusMessage, Inbox, ReplySubject } from './inbox.ts';

/** How to follow the replies to one request. */
export interface ReplyHandlers {
  /** Called for each reply; returns true when it was the last one. */
  onReply(message: BusMessage): boolean;
  /** When the whole exchange is given up, milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Longest silence between two replies, milliseconds; read anew after each. */
  readonly silenceMs: number;
  /** Asked after each second of silence once there was a reply: an error when the other side is known to be gone. */
  readonly check?: () => Promise<BatonError | undefined>;
  /** Longest wait for the first one, milliseconds. Default: `silenceMs`. */
  readonly firstReplyMs?: number;
  /** Settles with an error when it turns out that nobody can answer; counts until the first reply. */
  readonly doubt?: Promise<BatonError | undefined> | undefined;
  /** What a broker that goes away means: `fail` (the default) after a second, `wait` for it until `expiresAt`. */
  readonly whileAway?: 'fail' | 'wait' | undefined;
  /** Gives up with `CANCELLED`, or with the BatonError that is its reason. */
  readonly signal: AbortSignal;
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
  const { signal, expiresAt, check, whileAway = 'fail' } = handlers;
  return new Promise((resolve, reject) => {
    let heardAt = Date.now();
    let patienceMs = handlers.firstReplyMs ?? handlers.silenceMs;
    const request = {
      subject,
      isPatient: whileAway === 'wait',
      isAnswered: false,
      openedAt: heardAt,
      onOutage: (isOver: boolean) => {
        wasAway = true;
        heardAt = Date.now();
        if (!isOver) patienceMs = Number.POSITIVE_INFINITY;
        else patienceMs = request.isAnswered ? afterReturn(handlers.silenceMs) : RETURN_MS;
        reply.expireAt(nextLook(heardAt));
      },
    };
    let wasAway = false;
    const nextLook = (from: number) =>
      Math.min(expiresAt, heardAt + patienceMs, request.isAnswered && check ? from + CHECK_MS : expiresAt);
    const settle = (error?: unknown) => {
      reply.close();
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => settle(abortError(signal));
    const lookAfter = async (silentSince: number) => {
      const gone = await check?.();
      if (gone && heardAt === silentSince) settle(gone);
    };
    const onExpire = (reason?: BatonError) => {
      const now = Date.now();
      const isOver = now >= Math.min(expiresAt, heardAt + patienceMs);
      if (reason || isOver) return settle(reason ?? expiryError(expiresAt, wasAway ? undefined : patienceMs));
      reply.expireAt(nextLook(now));
      void lookAfter(heardAt);
    };
    const reply: ReplySubject = inbox.open({
      request,
      expiresAt: nextLook(heardAt),
      onExpire,
      onMessage: (message) => {
        try {
          if (message.headers?.code === NO_RESPONDERS) return settle(new NoResponders());
          request.isAnswered = true;
          wasAway = false;
          heardAt = Date.now();
          if (handlers.onReply(message)) return settle();
          patienceMs = handlers.silenceMs;
          reply.expireAt(nextLook(heardAt));
        } catch (error) {
          settle(error);
        }
      },
    });
    void handlers.doubt?.then((error) => {
      if (error && !request.isAnswered) settle(error);
    });
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      publish(reply.subject);
    } catch (error) {
      settle(error);
    }
  });
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
