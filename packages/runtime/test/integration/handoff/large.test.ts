import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { digest, sha256 } from '../support/digest.ts';
import { knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { answerOf, connectRaw, type RawClient, shape, watch } from '../support/raw-client.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const objectsOf = async (client: RawClient, owner: string) => {
  const manager = await client.jetstreamManager();
  return (await manager.streams.info(`OBJ_baton_${owner}_context`)).state.messages;
};

describe('a question', () => {
  it.each([
    ['of 1 byte', 1],
    ['a little below the inline limit', 255 * KIB],
    ['of 256 KiB', 256 * KIB],
    ['just below what the broker takes', MIB - 4 * KIB],
    ['one byte larger than the broker takes', MIB + 1],
    ['of 16 MiB', 16 * MIB],
  ])('%s arrives as it was sent', async (_what, size) => {
    await using host = await launchUnderTest(digest());
    const question = 'aé😀x'.repeat(Math.floor(size / 8)) + 'z'.repeat(size % 8);
    const result = await host.mesh.ask('digest', question);
    expect(result).toMatchObject({ success: true, response: `${question.length} ${sha256(question)}` });
  });

  it('of 20 MiB is refused in clear words, and the connection lives on', async () => {
    await using host = await launchUnderTest(digest());
    const refused = await host.mesh.ask('digest', 'x'.repeat(20 * MIB));
    expect(refused.error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/20\.0 MB; at most 16 MB/),
    });
    expect((await host.mesh.ask('digest', 'hello')).success).toBe(true);
  });

  it('above the limit of its sender travels by reference, and leaves nothing behind', async () => {
    const owner = newOwner();
    await using mesh = await joinTest(owner, { inlineLimit: 2048 });
    await using client = await connectRaw();
    await mesh.launch(digest());
    const heard = await watch(client, `agents.prompt.baton.${owner}.digest`);
    await mesh.ask('digest', 'short');
    const question = `begin ${'x'.repeat(5000)}`;
    const result = await mesh.ask('digest', question);
    expect(result.response).toBe(`5006 ${sha256(question)}`);
    await heard.until((messages) => messages.length === 2);
    const [inline, referring] = heard.seen.map(({ message }) => message.json<Record<string, never>>());
    expect(inline).toMatchObject({
      prompt: 'short',
      baton: expect.not.objectContaining({ messagesRef: {} }),
    });
    expect(referring).toMatchObject({
      prompt: expect.stringMatching(/^begin x+\.\.\.$/),
      baton: { messagesRef: { bucket: `baton_${owner}_context`, size: expect.any(Number) } },
    });
    expect(heard.seen[1]?.message.data.length).toBeLessThan(2048);
    await expect.poll(() => objectsOf(client, owner)).toBe(0);
  });

  it('is kept so that any client of NATS object stores can read it', async () => {
    const owner = newOwner();
    await using mesh = await joinTest(owner, { inlineLimit: 2048 });
    await using client = await connectRaw();
    const read: unknown[] = [];
    const model = scriptedModel(async function* () {
      const store = await client.jetstream().views.os(`baton_${owner}_context`);
      const [info] = await store.list();
      const blob = await store.getBlob(info?.name ?? '');
      read.push(JSON.parse(new TextDecoder().decode(blob ?? undefined)));
      yield { type: 'text', text: 'ok' };
    });
    await mesh.launch(new BaseAgent({ name: 'reader', model }));
    const question = 'x'.repeat(700_000);
    const result = await mesh.ask('reader', question);
    expect(result).toMatchObject({ success: true, response: 'ok' });
    expect(read).toEqual([[{ role: 'user', content: question }]]);
  });

  it('larger than the broker takes is not sent by reference to a host of another make', async () => {
    const owner = newOwner();
    await using host = await startForeignHost({ owner, name: 'theirs' });
    await using mesh = await joinTest(owner);
    await untilSees(mesh, knows('theirs'));
    expect((await mesh.ask('theirs', 'x'.repeat(900 * KIB))).response).toHaveLength(900 * KIB);
    const refused = await mesh.ask('theirs', 'x'.repeat(2 * MIB));
    expect(refused.error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/2\.0 MB; the broker takes at most 1\.0 MB/),
    });
    expect(host.instance).toBeTruthy();
  });
});

describe('a handoff', () => {
  it('carries a conversation and a context that are larger than the broker takes', async () => {
    class Front extends Skill {
      @handoff('back')
      always() {
        return true;
      }

      @hook('before_handoff')
      prepare(context: Context) {
        context.handoffContext = { file: 'f'.repeat(3 * MIB) };
      }
    }
    const received: unknown[] = [];
    class Back extends Skill {
      @hook('on_message')
      note({ inbound, messages }: Context) {
        received.push([String(inbound?.context.file).length, messages.length]);
      }
    }
    await using host = await launchUnderTest(
      new BaseAgent({ name: 'back', model: scriptedModel('ok'), skills: { back: new Back() } }),
    );
    await host.mesh.launch(new BaseAgent({ name: 'front', skills: { front: new Front() } }));
    const earlier = Array.from({ length: 40 }, () => ({
      role: 'assistant' as const,
      content: 'y'.repeat(100_000),
    }));
    const result = await host.mesh.ask('front', [...earlier, { role: 'user', content: 'and now?' }]);
    expect(result).toMatchObject({ success: true, response: 'ok' });
    expect(received).toEqual([[3 * MIB, 41]]);
  });
});

describe('an answer', () => {
  it('that is larger than the broker takes and has not streamed arrives whole, and leaves nothing behind', async () => {
    class Replaces extends Skill {
      @handoff('digest')
      always() {
        return true;
      }

      @hook('after_handoff')
      replace(context: Context) {
        context.handoffResult = { success: true, response: 'r'.repeat(5 * MIB) };
      }
    }
    await using host = await launchUnderTest(digest());
    await host.mesh.launch(new BaseAgent({ name: 'front', skills: { front: new Replaces() } }));
    const result = await host.mesh.ask('front', 'hello');
    expect(result.success && result.response === 'r'.repeat(5 * MIB)).toBe(true);
    await expect.poll(() => objectsOf(host.client, host.owner)).toBe(0);
  });
});

describe('a reference', () => {
  /** What the agent answers to an envelope whose messages are in an object, changed by `change` on the way. */
  async function answerTo(
    change: (ref: Record<string, unknown>, client: RawClient) => unknown,
    body?: string,
  ) {
    await using host = await launchUnderTest(digest());
    const text = body ?? JSON.stringify([{ role: 'user', content: 'from the store' }]);
    // The first request that needs it makes the bucket.
    await host.mesh.ask('digest', 'x'.repeat(300 * KIB));
    const bucket = `baton_${host.owner}_context`;
    const store = await host.client.jetstream().views.os(bucket);
    const stored = await store.putBlob({ name: 'by-hand' }, new TextEncoder().encode(text));
    // Written by another client: the name of its chunks is what a reference calls the key.
    const ref = { bucket, key: stored.nuid, size: text.length, sha256: sha256(text) };
    await change(ref, host.client);
    const baton = {
      v: 1,
      id: 'H1',
      conversation: 'c',
      source: { agent: 'tester', instance: 'i' },
      target: `${host.owner}/digest`,
      mode: 'call',
      messagesRef: ref,
      context: {},
      metadata: {},
      path: [],
      hops: 0,
      maxHops: 10,
      deadline: Date.now() + 8000,
      remainingMs: 8000,
    };
    const received = await host.send(JSON.stringify({ prompt: 'from...', baton }));
    const body2 = received.find(({ headers }) => headers)?.json as
      | { error: string; message: string }
      | undefined;
    const alive = await host.mesh.ask('digest', 'hello');
    return { shape: shape(received), answer: answerOf(received), error: body2, alive: alive.success };
  }

  it('that is right is followed', async () => {
    const { answer } = await answerTo(() => undefined);
    expect(answer).toBe(`14 ${sha256('from the store')}`);
  });

  it.each([
    {
      what: 'whose object has another hash',
      change: { sha256: 'a'.repeat(64) },
      code: 'invalid_argument',
      message: /does not have the SHA-256 a+/,
    },
    {
      what: 'that says fewer bytes',
      change: { size: 10 },
      code: 'invalid_argument',
      message: /has more than its 10 bytes/,
    },
    { what: 'that says more bytes', change: { size: 1000 }, code: 'failed_precondition', message: /is gone/ },
    {
      what: 'to more than is ever fetched',
      change: { size: 20 * MIB },
      code: 'invalid_argument',
      message: /at most 17825792/,
    },
    {
      what: 'to another bucket',
      change: { bucket: 'payroll' },
      code: 'invalid_argument',
      message: /only "baton_\S+_context" is read here/,
    },
    {
      what: 'to an object that is not there',
      change: { key: 'nothing' },
      code: 'failed_precondition',
      message: /is gone.*Send the request again/,
    },
  ])('$what ends in a typed error, and the agent lives on', async ({ change, code, message }) => {
    const { error, alive } = await answerTo((ref) => Object.assign(ref, change));
    expect(error).toMatchObject({ error: code, message: expect.stringMatching(message) });
    expect(alive).toBe(true);
  });

  it('whose object was removed ends in a typed error', async () => {
    const { error } = await answerTo(async ({ bucket }, client) =>
      (await client.jetstreamManager()).streams.purge(`OBJ_${bucket}`),
    );
    expect(error).toMatchObject({ error: 'failed_precondition', message: expect.stringMatching(/is gone/) });
  });

  it.each([
    ['is no JSON', '[{"role": "user"'],
    ['holds no messages', '[{"role": "boss", "content": "x"}]'],
    ['is an empty conversation', '[]'],
  ])('to what %s ends in a typed error', async (_what, body) => {
    const { error, alive } = await answerTo(() => undefined, body);
    expect(error).toMatchObject({
      error: 'invalid_argument',
      message: expect.stringMatching(/by reference/),
    });
    expect(alive).toBe(true);
  });
});
