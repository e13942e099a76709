import { expect, inject, it } from 'vitest';
import { Bus } from '../../../src/bus/bus.ts';
import type { ReplyHandlers } from '../../../src/bus/reply-stream.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { newOwner } from '../support/mesh.ts';
import { connectRaw } from '../support/raw-client.ts';

const connect = () => Bus.connect({ server: inject('broker'), name: 'test' });
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (data: Uint8Array) => new TextDecoder().decode(data);

/** Handlers that collect what comes until an empty reply. */
function collecting(changes: Partial<ReplyHandlers> = {}) {
  const replies: string[] = [];
  const handlers: ReplyHandlers = {
    expiresAt: Date.now() + 5000,
    silenceMs: 5000,
    signal: new AbortController().signal,
    onReply: ({ data }) => {
      replies.push(textOf(data));
      return data.length === 0;
    },
    ...changes,
  };
  return { replies, handlers };
}

async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string; ms: number }> {
  const began = performance.now();
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: BatonError) => thrown,
  );
  const { code = 'none', message } = error as BatonError;
  return { code, message, ms: performance.now() - began };
}

it('says at once that nobody serves a subject', async () => {
  await using bus = await connect();
  const failure = await failureOf(bus.request(`nobody.${newOwner()}`, bytes('x'), 5000));
  expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
  expect(failure.ms).toBeLessThan(500);
});

it('gives up after the longest silence it is told to bear', async () => {
  await using bus = await connect();
  await using mute = await connectRaw();
  const subject = `mute.${newOwner()}`;
  mute.subscribe(subject);
  await mute.flush();
  const failure = await failureOf(bus.follow(subject, bytes('x'), collecting({ silenceMs: 300 }).handlers));
  expect(failure).toMatchObject({ code: 'UNAVAILABLE', message: 'nothing was heard for 0.3 s' });
  expect(failure.ms).toBeGreaterThan(280);
  expect(failure.ms).toBeLessThan(800);
});

it('bears any number of silences shorter than that, as a keep-alive breaks them', async () => {
  await using bus = await connect();
  await using slow = await connectRaw();
  const subject = `slow.${newOwner()}`;
  slow.subscribe(subject, {
    callback: (_error, message) => {
      let left = 6;
      const timer = setInterval(() => {
        message.respond(left-- > 0 ? 'ack' : '');
        if (left < 0) clearInterval(timer);
      }, 250);
    },
  });
  await slow.flush();
  const { replies, handlers } = collecting({ silenceMs: 1000 });
  await bus.follow(subject, bytes('x'), handlers);
  expect(replies).toEqual([...Array.from({ length: 6 }, () => 'ack'), '']);
});

it('gives up at the deadline although the other side goes on', async () => {
  await using bus = await connect();
  await using chatty = await connectRaw();
  const subject = `chatty.${newOwner()}`;
  chatty.subscribe(subject, {
    callback: (_error, message) => {
      const timer = setInterval(() => !message.respond('more') || chatty.isClosed(), 20);
      void chatty.closed().then(() => clearInterval(timer));
    },
  });
  await chatty.flush();
  const failure = await failureOf(
    bus.follow(subject, bytes('x'), collecting({ expiresAt: Date.now() + 300 }).handlers),
  );
  expect(failure.code).toBe('DEADLINE_EXCEEDED');
  expect(failure.ms).toBeLessThan(800);
});

it('gives up at once when it is aborted, for the reason it is given', async () => {
  await using bus = await connect();
  await using mute = await connectRaw();
  const subject = `mute.${newOwner()}`;
  mute.subscribe(subject);
  await mute.flush();
  const plain = new AbortController();
  const typed = new AbortController();
  const waiting = [plain, typed].map(({ signal }) =>
    failureOf(bus.follow(subject, bytes('x'), collecting({ signal }).handlers)),
  );
  plain.abort();
  typed.abort(new BatonError('PAYMENT_REQUIRED', 'no money'));
  const [first, second] = await Promise.all(waiting);
  expect(first?.code).toBe('CANCELLED');
  expect(second).toMatchObject({ code: 'PAYMENT_REQUIRED', message: 'no money' });
});

it('publishes nothing when it was aborted before', async () => {
  await using bus = await connect();
  await using listener = await connectRaw();
  const subject = `listener.${newOwner()}`;
  let heard = 0;
  listener.subscribe(subject, { callback: () => heard++ });
  await listener.flush();
  const failure = await failureOf(
    bus.follow(subject, bytes('x'), collecting({ signal: AbortSignal.abort() }).handlers),
  );
  expect(failure.code).toBe('CANCELLED');
  await bus.flush();
  await listener.flush();
  expect(heard).toBe(0);
});

it('passes on what the reader of a reply throws', async () => {
  await using bus = await connect();
  await using host = await connectRaw();
  const subject = `host.${newOwner()}`;
  host.subscribe(subject, { callback: (_error, message) => void message.respond('x') });
  await host.flush();
  const onReply = () => {
    throw new BatonError('PROTOCOL', 'not what was expected');
  };
  expect((await failureOf(bus.follow(subject, bytes('x'), collecting({ onReply }).handlers))).code).toBe(
    'PROTOCOL',
  );
});

it('refuses a message larger than the broker takes, with its headers, and lives on', async () => {
  await using bus = await connect();
  const data = new Uint8Array(bus.maxPayload);
  expect(() => bus.publish('x', new Uint8Array(bus.maxPayload + 1))).toThrow(BatonError);
  expect(() => bus.publish('x', data, { headers: { a: 'b' } })).toThrow(BatonError);
  expect(() => bus.publish('x', data)).not.toThrow();
  await bus.flush();
});

it('fails what is waiting for an answer when it closes, and what is asked afterwards', async () => {
  const bus = await connect();
  await using mute = await connectRaw();
  const subject = `mute.${newOwner()}`;
  mute.subscribe(subject);
  await mute.flush();
  const waiting = failureOf(bus.follow(subject, bytes('x'), collecting().handlers));
  await bus.close();
  const failure = await waiting;
  expect(failure.code).toBe('UNAVAILABLE');
  expect(failure.ms).toBeLessThan(1000);
  expect((await failureOf(bus.follow(subject, bytes('x'), collecting().handlers))).code).toBe('UNAVAILABLE');
  expect(() => bus.publish('x', bytes('x'))).toThrow(BatonError);
  await bus.close();
});
