import type { Bus } from '../../../src/bus/bus.ts';
import type { BusMessage } from '../../../src/bus/inbox.ts';
import { BatonError } from '../../../src/wire/error.ts';

/** One message as it was published. */
interface Sent {
  readonly subject: string;
  readonly text: string;
  readonly headers: Record<string, string> | undefined;
  readonly reply: string | undefined;
}

/** A bus that keeps what is published on it; the test answers for the broker. */
export function paperBus(maxPayload = 1_000_000) {
  const sent: Sent[] = [];
  const open = new Map<string, (message: BusMessage) => void>();
  const publish: Bus['publish'] = (subject, data, { headers, reply } = {}) => {
    if (data.length > maxPayload) throw new BatonError('INVALID_ARGUMENT', 'too large');
    sent.push({ subject, text: new TextDecoder().decode(data), headers, reply });
  };
  let next = 0;
  const openReply: Bus['openReply'] = (onMessage) => {
    const subject = `_INBOX.paper.${next++}`;
    open.set(subject, onMessage);
    return { subject, expireAt: () => {}, close: () => void open.delete(subject) };
  };
  return {
    bus: { publish, publishSoon: publish, openReply, maxPayload } as unknown as Bus,
    sent,
    texts: () => sent.map(({ text }) => text),
    /** Replies still open. */
    open,
    /** The broker's word that nobody listened to the message that was sent last. */
    sayNobodyListens() {
      const subject = sent.at(-1)?.reply ?? '';
      const headers = { code: 503, get: () => '' };
      open.get(subject)?.({ subject, data: new Uint8Array(0), headers });
    },
  };
}
