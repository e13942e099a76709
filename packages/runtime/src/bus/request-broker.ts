import type { MsgHdrs, NatsConnection } from 'nats';
import { BatonError } from '../wire/error.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import type { BusMessage, Inbox } from './inbox.ts';

/** What is published, and answered by the broker itself. */
export interface BrokerRequest {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers?: MsgHdrs | undefined;
  readonly timeoutMs: number;
}

/**
 * One request to the broker, one answer, whatever it says. Through the connection's inbox: the client's own `request()` makes
 * a timer and an Error each time.
 * @throws {BatonError} UNAVAILABLE when there is no answer in time; the client's own error when it does not publish.
 */
export function requestBroker(
  { connection, inbox }: { readonly connection: NatsConnection; readonly inbox: Inbox },
  { subject, data, headers, timeoutMs }: BrokerRequest,
): Promise<BusMessage> {
  return new Promise((resolve, reject) => {
    const reply = inbox.open({
      expiresAt: Date.now() + timeoutMs,
      onExpire: (reason) => reject(reason ?? late(subject)),
      onMessage: (message) => {
        reply.close();
        resolve(message);
      },
    });
    // With all else of this turn, which is one write to the broker.
    atEndOfTurn(() => {
      try {
        connection.publish(subject, data, { reply: reply.subject, ...(headers && { headers }) });
      } catch (error) {
        reply.close();
        reject(error);
      }
    });
  });
}

function late(subject: string): BatonError {
  return new BatonError('UNAVAILABLE', `the broker did not answer in time at "${subject}"`);
}
