import type { NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import type { BusMessage } from '../../../src/bus/inbox.ts';
import { Offers } from '../../../src/bus/offers.ts';

interface FakeSubscription {
  readonly words: string[];
  deliver(text: string): void;
}

/** Offers on a connection that only notes what is asked of it. */
function onFakeConnection() {
  const made: FakeSubscription[] = [];
  let lose = () => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const connection = {
    isClosed: () => false,
    isDraining: () => false,
    subscribe: (_subject: string, { callback }: { callback(error: null, message: BusMessage): void }) => {
      const words: string[] = [];
      const deliver = (text: string) => callback(null, { subject: text, data: new Uint8Array() });
      made.push({ words, deliver });
      return {
        unsubscribe: (max?: number) => words.push(max === undefined ? 'close' : `max ${max}`),
        drain: () => {
          words.push('drain');
          return Promise.resolve();
        },
      };
    },
    async *status() {
      await lost;
      yield { type: 'disconnect' };
    },
  };
  const got: string[] = [];
  const offers = new Offers(connection as unknown as NatsConnection, {
    subject: () => 'free',
    queue: 'agents',
    onMessage: ({ subject }) => void got.push(subject),
  });
  return { offers, made, got, lose };
}

it('tells the broker how many messages it takes, and counts down as they come', () => {
  const { offers, made, got } = onFakeConnection();
  offers.add(2);
  made[0]?.deliver('a');
  expect([offers.left, made[0]?.words, got]).toEqual([1, ['max 2'], ['a']]);
});

it('loses none of what the broker has drawn before it had read the limit', () => {
  const { offers, made, got } = onFakeConnection();
  offers.add(1);
  made[0]?.deliver('a');
  made[0]?.deliver('b');
  expect([offers.left, got]).toEqual([0, ['a', 'b']]);
});

it('closes what is used up only once a later offer was drawn, when nothing more can come by it', () => {
  const { offers, made } = onFakeConnection();
  offers.add(1);
  made[0]?.deliver('a');
  offers.add(2);
  offers.add(1);
  expect(made[0]?.words).toEqual(['max 1']);
  made[1]?.deliver('b');
  offers.add(1);
  expect(made.map(({ words }) => words)).toEqual([['max 1', 'close'], ['max 2'], ['max 1'], ['max 1']]);
});

it('takes back what is too much, and still hands over what was drawn by then', () => {
  const { offers, made, got } = onFakeConnection();
  offers.add(3);
  offers.add(1);
  offers.reduceTo(3);
  expect([offers.left, made.map(({ words }) => words.at(-1))]).toEqual([3, ['max 3', 'drain']]);
  made[1]?.deliver('late');
  expect([offers.left, got]).toEqual([3, ['late']]);
});

it('forgets its offers when the broker is lost, as the client would renew them without their limits', async () => {
  const { offers, made, lose } = onFakeConnection();
  offers.add(1);
  made[0]?.deliver('a');
  offers.add(2);
  lose();
  await new Promise((resolve) => setImmediate(resolve));
  expect([offers.left, made.map(({ words }) => words.at(-1))]).toEqual([0, ['close', 'close']]);
});
