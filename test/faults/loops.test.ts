import { BaseAgent, type Context, defineSkill, join } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { note } from './support/figures.ts';

const FAN = 5;
const LEVELS = 3;

/** A mesh on a broker of its own, and a count of the requests that cross it. */
async function counting() {
  const broker = await FaultyBroker.start();
  const mesh = await join({ server: broker.url });
  const client = await connect({ servers: broker.url });
  let requests = 0;
  client.subscribe('agents.prompt.>', { callback: () => requests++ });
  await client.flush();
  return {
    broker,
    mesh,
    requests: async () => {
      await client.flush();
      return requests;
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await mesh.close(0);
      await broker[Symbol.asyncDispose]();
    },
  };
}

/** Hands everything to the next. */
const passesOn = (name: string, next: string) =>
  new BaseAgent({ name, skills: { next: defineSkill({ handoffs: [{ target: next, when: () => true }] }) } });

it.each([
  { what: 'two agents', names: ['a', 'b'] },
  { what: 'three agents', names: ['a', 'b', 'c'] },
])('ends a circle of $what before it closes', async ({ what, names }) => {
  await using mesh = await counting();
  for (const [index, name] of names.entries()) {
    await mesh.mesh.launch(passesOn(name, names[(index + 1) % names.length] as string));
  }
  const result = await mesh.mesh.ask('a', 'round and round');
  expect(result.error?.code).toBe('LOOP');
  const requests = await mesh.requests();
  expect(requests).toBe(names.length);
  await note({
    test: 'T15',
    promise: `a circle of ${what} ends before it closes`,
    measured: `LOOP after ${requests} requests`,
    broker: mesh.broker.version,
  });
});

it(`ends a fan-out of ${FAN} at each of many levels at the hop limit`, async () => {
  await using mesh = await counting();
  const fansOut = (level: number) =>
    new BaseAgent({
      name: `level-${level}`,
      model: scriptedModel(`level ${level}`),
      skills: {
        fan: defineSkill({
          hooks: {
            async on_message(context: Context) {
              const questions = Array.from({ length: FAN }, () =>
                context.query(`level-${level + 1}`, 'more'),
              );
              await Promise.all(questions);
            },
          },
        }),
      },
      concurrency: 1000,
    });
  for (let level = 0; level <= LEVELS + 2; level += 1) await mesh.mesh.launch(fansOut(level));
  await mesh.mesh.ask('level-0', 'begin', { maxHops: LEVELS });
  const requests = await mesh.requests();
  const bound = Array.from({ length: LEVELS + 1 }, (_, level) => FAN ** level).reduce(
    (sum, each) => sum + each,
  );
  expect(requests).toBe(bound);
  await note({
    test: 'T15',
    promise: `a fan-out of ${FAN} at every level ends at the hop limit, ${LEVELS} here`,
    measured: `${requests} requests, ${bound} are the bound`,
    broker: mesh.broker.version,
  });
});
