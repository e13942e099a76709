import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerMessages, JetStreamClient, JsMsg } from 'nats';

/** What is followed, and how. */
export interface Following {
  readonly js: JetStreamClient;
  readonly stream: string;
  /** The first sequence wanted. */
  readonly from: number;
  onMessage(message: JsMsg): void;
  /** Calls back each time the broker was lost and found again; returns how to stop that. */
  onReturn(callback: () => void): () => void;
}

const RETRY_MS = 250;

/**
 * Calls back with a stream's messages, in order and without gaps, as they come; after an outage from where it left off. The
 * client's own consumer looks again only after half a minute when the broker, just started, does not answer it at once.
 * Rejects when it cannot begin; from then on it tries for ever.
 */
export async function followStream(following: Following): Promise<{ close(): void }> {
  let next = following.from;
  let current: ConsumerMessages | undefined;
  let round = 0;
  let isClosed = false;
  const open = async (mine: number) => {
    current?.stop();
    const consumer = await following.js.consumers.get(following.stream, { opt_start_seq: next });
    const callback = (message: JsMsg) => {
      if (mine !== round || message.seq < next) return;
      // A message was passed over, by a replica that lags say: what follows would not be the log.
      if (message.seq > next) return void sleep(RETRY_MS).then(again);
      next = message.seq + 1;
      following.onMessage(message);
    };
    const messages = await consumer.consume({ callback });
    if (isClosed || mine !== round) messages.stop();
    else current = messages;
  };
  const again = async () => {
    const mine = ++round;
    while (!isClosed && mine === round) {
      const isOpen = await open(mine).then(
        () => true,
        () => false,
      );
      if (isOpen) return;
      await sleep(RETRY_MS);
    }
  };
  await open(round);
  const forget = following.onReturn(() => void again());
  return {
    close: () => {
      isClosed = true;
      forget();
      current?.stop();
    },
  };
}
