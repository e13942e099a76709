import { abortError } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';
import type { BusMessage, Inbox, ReplySubject } from './inbox.ts';

/** How to follow the replies to one request. */
export interface ReplyHandlers {
  /** Called for each reply; returns true when it was the last one. */
  onReply(message: BusMessage): boolean;
  /** When the whole exchange is given up, milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Longest silence between two replies, milliseconds. */
  readonly silenceMs: number;
  /** Longest wait for the first one, milliseconds. Default: `silenceMs`. */
  readonly firstReplyMs?: number;
  /** Settles with an error when it turns out that nobody can answer; counts until the first reply. */
  readonly doubt?: Promise<BatonError | undefined> | undefined;
  /** Gives up with `CANCELLED`, or with the BatonError that is its reason. */
  readonly signal: AbortSignal;
}

const NO_RESPONDERS = 503;

/**
 * Publishes a request and settles when its last reply came.
 * @throws {BatonError} UNAVAILABLE at once when nobody serves the subject, and after `firstReplyMs` or `silenceMs`
 * without a word;
 * DEADLINE_EXCEEDED at `expiresAt`; CANCELLED on abort.
 */
export function followReplies(
  inbox: Inbox,
  publish: (reply: string) => void,
  handlers: ReplyHandlers,
): Promise<void> {
  const { signal, expiresAt, silenceMs, firstReplyMs = silenceMs } = handlers;
  return new Promise((resolve, reject) => {
    const giveUpAfter = (ms: number) => Math.min(expiresAt, Date.now() + ms);
    let patienceMs = firstReplyMs;
    let isAnswered = false;
    const settle = (error?: unknown) => {
      reply.close();
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => settle(abortError(signal));
    const reply: ReplySubject = inbox.open({
      expiresAt: giveUpAfter(patienceMs),
      onExpire: (reason) => settle(reason ?? expiryError(expiresAt, patienceMs)),
      onMessage: (message) => {
        try {
          if (message.headers?.code === NO_RESPONDERS) return settle(new NoResponders());
          isAnswered = true;
          patienceMs = silenceMs;
          reply.expireAt(giveUpAfter(patienceMs));
          if (handlers.onReply(message)) settle();
        } catch (error) {
          settle(error);
        }
      },
    });
    void handlers.doubt?.then((error) => {
      if (error && !isAnswered) settle(error);
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

function expiryError(expiresAt: number, silenceMs: number): BatonError {
  if (Date.now() >= expiresAt) return new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline');
  return new BatonError('UNAVAILABLE', `nothing was heard for ${silenceMs / 1000} s`);
}
