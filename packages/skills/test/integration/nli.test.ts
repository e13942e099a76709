import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { BaseAgent, type HandoffResult, hook, join, type Mesh, type Model, Skill } from '@baton/runtime';
import { echoModel, scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { NLISkill } from '../../src/index.ts';

type Work = (nli: NLISkill) => Promise<HandoffResult | readonly HandoffResult[]>;

/** Does in a run what a test tells it to; its `NLISkill` is made in its own constructor. */
class Asker extends Skill {
  readonly nli: NLISkill;
  results: readonly HandoffResult[] = [];
  #work: Work = async () => [];

  constructor(maxInFlight?: number) {
    super();
    this.nli = new NLISkill(maxInFlight === undefined ? {} : { maxInFlight });
  }

  @hook('on_message')
  async work() {
    this.results = [await this.#work(this.nli)].flat();
  }

  async in(mesh: Pick<Mesh, 'ask'>, work: Work) {
    this.#work = work;
    const run = await mesh.ask('asker', 'go', { user: 'ada', conversation: 'c-1' });
    return { run, results: this.results };
  }
}

/** Counts how many questions it has in hand; answers when it is let. */
class Gate {
  readonly #events = new EventEmitter().setMaxListeners(0);
  inFlight = 0;
  most = 0;

  readonly model: Model = {
    name: 'test/gate',
    generate: async function* (this: Gate, { messages }: { messages: readonly { content: string }[] }) {
      const opened = once(this.#events, 'open');
      this.inFlight += 1;
      this.most = Math.max(this.most, this.inFlight);
      this.#events.emit('asked');
      await opened;
      yield { type: 'text', text: messages.at(-1)?.content ?? '' } as const;
    }.bind(this) as Model['generate'],
  };

  async has(count: number) {
    while (this.inFlight < count) await once(this.#events, 'asked');
  }

  /** Lets everyone go who is waiting. */
  open() {
    this.inFlight = 0;
    this.#events.emit('open');
  }
}

async function setUp(agents: Readonly<Record<string, Model>>, maxInFlight?: number) {
  const mesh = await join({ server: inject('broker'), owner: `t-${randomUUID().slice(0, 8)}` });
  const asker = new Asker(maxInFlight);
  for (const [name, model] of Object.entries(agents)) {
    await mesh.launch(new BaseAgent({ name, model, concurrency: 256 }));
  }
  const agent = new BaseAgent({ name: 'asker', model: scriptedModel('done'), skills: { asker } });
  await mesh.launch(agent);
  return { mesh, agent, asker, [Symbol.asyncDispose]: () => mesh.close() };
}

const failing: Model = {
  name: 'test/failing',
  // biome-ignore lint/correctness/useYield: it never comes to that
  async *generate() {
    throw new Error('out of order');
  },
};

const silent: Model = {
  name: 'test/silent',
  async *generate({ signal }) {
    await once(signal, 'abort');
    yield { type: 'text', text: 'too late' };
  },
};

it('asks in the name of the run, and is part of its record', async () => {
  const expert = echoModel();
  await using place = await setUp({ expert });
  const { run, results } = await place.asker.in(place.mesh, (nli) => nli.queryAgent('expert', 'what is up?'));
  expect(results).toMatchObject([
    { success: true, response: 'what is up?', agent: 'expert', fallback: false },
  ]);
  expect(run).toMatchObject({ response: 'done', handoffs: [{ from: 'asker', to: 'expert', success: true }] });
  expect(run.handoffs[0]?.id).toBe(results[0]?.handoffId);
});

it('turns every failure into a result: unknown, ill-named, itself, silent, broken, asked nothing', async () => {
  await using place = await setUp({ silent, failing, expert: echoModel() });
  const { results } = await place.asker.in(place.mesh, (nli) =>
    Promise.all([
      nli.queryAgent('nobody', 'hello'),
      nli.queryAgent('no.*.>', 'hello'),
      nli.queryAgent(undefined as unknown as string, 'hello'),
      nli.queryAgent('asker', 'hello'),
      nli.queryAgent('silent', 'hello', { timeout: 0.1 }),
      nli.queryAgent('failing', 'hello'),
      nli.queryAgent('expert', ''),
      nli.queryAgent('expert', ' \n'),
      nli.queryAgent('expert', 7 as unknown as string),
      nli.queryAgent('expert', 'hello', { timeout: -1 }),
      nli.queryAgent('expert', 'x'.repeat(30_000_000)),
    ]),
  );
  expect(results.map(({ success, response, error }) => [success, response, error?.code])).toEqual([
    [false, null, 'NOT_FOUND'],
    [false, null, 'INVALID_ARGUMENT'],
    [false, null, 'INVALID_ARGUMENT'],
    [false, null, 'LOOP'],
    [false, null, 'DEADLINE_EXCEEDED'],
    [false, null, 'INTERNAL'],
    [false, null, 'INVALID_ARGUMENT'],
    [false, null, 'INVALID_ARGUMENT'],
    [false, null, 'INVALID_ARGUMENT'],
    [false, null, 'INVALID_ARGUMENT'],
    [false, null, 'INVALID_ARGUMENT'],
  ]);
  expect(results[5]?.error?.message).toContain('out of order');
});

it('has parallel questions in flight together, and keeps the order in which they were asked', async () => {
  const [slow, quick] = [new Gate(), new Gate()];
  await using place = await setUp({ slow: slow.model, quick: quick.model, failing });
  const asked = place.asker.in(place.mesh, (nli) =>
    Promise.all([
      nli.queryAgent('slow', 'one'),
      nli.queryAgent('quick', 'two'),
      nli.queryAgent('failing', 'three'),
      nli.queryAgent('slow', 'four'),
    ]),
  );
  // The same expert twice, and another: all of them are asked before anyone has answered.
  await Promise.all([slow.has(2), quick.has(1)]);
  quick.open();
  slow.open();
  const { results } = await asked;
  expect(results.map(({ response }) => response)).toEqual(['one', 'two', null, 'four']);
});

it('asks nobody when there is nobody to ask', async () => {
  await using place = await setUp({});
  const { run, results } = await place.asker.in(place.mesh, () => Promise.all([]));
  expect([results, run.handoffs, run.response]).toEqual([[], [], 'done']);
});

it('holds 1000 questions of one run to its cap, in turn, one failure among them', async () => {
  const gate = new Gate();
  await using place = await setUp({ expert: gate.model }, 50);
  const questions = Array.from({ length: 1000 }, (_, n) => `question ${n}`);
  const asked = place.asker.in(place.mesh, (nli) =>
    Promise.all(questions.map((question, n) => nli.queryAgent(n === 77 ? 'nobody' : 'expert', question))),
  );
  for (let left = 999; left > 0; left -= 50) {
    await gate.has(Math.min(50, left));
    gate.open();
  }
  const { results } = await asked;
  expect(gate.most).toBe(50);
  expect(results.map(({ response }) => response)).toEqual(
    questions.map((question, n) => (n === 77 ? null : question)),
  );
});

it('asks nobody any more once the run is given up: not those who wait, nor those in flight', async () => {
  const gate = new Gate();
  await using place = await setUp({ expert: gate.model }, 2);
  const { agent, asker } = place;
  const stop = new AbortController();
  let answers: Promise<readonly HandoffResult[]> | undefined;
  const questions = ['one', 'two', 'three', 'four'];
  const asked = asker.in({ ask: () => agent.run('go', { signal: stop.signal }) }, (nli) => {
    answers = Promise.all(questions.map((question) => nli.queryAgent('expert', question)));
    return answers;
  });
  await gate.has(2);
  stop.abort();
  expect((await asked).run.error?.code).toBe('CANCELLED');
  expect((await answers)?.map(({ error }) => error?.code)).toEqual(Array(4).fill('CANCELLED'));
  gate.open();
  expect(gate.most).toBe(2);
});

it('caps each run by itself: one that asks many does not hold up another', async () => {
  const gate = new Gate();
  await using place = await setUp({ slow: gate.model, quick: echoModel() }, 1);
  const busy = place.asker.in(place.mesh, (nli) => nli.queryAgent('slow', 'one'));
  await gate.has(1);
  const { results } = await place.asker.in(place.mesh, (nli) => nli.queryAgent('quick', 'two'));
  expect(results[0]?.response).toBe('two');
  gate.open();
  await busy;
});

it('can be asked outside a run, with bounds of its own', async () => {
  await using place = await setUp({ expert: echoModel() });
  const { nli } = place.asker;
  const results = await Promise.all([nli.queryAgent('expert', 'hello'), nli.queryAgent('nobody', 'hello')]);
  expect(results.map(({ response, error }) => [response, error?.code])).toEqual([
    ['hello', undefined],
    [null, 'NOT_FOUND'],
  ]);
});

it('says what is missing when it is used before its agent is launched, or has none', async () => {
  await expect(new NLISkill().queryAgent('expert', 'hello')).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
  });
  const asker = new Asker();
  expect(new BaseAgent({ name: 'asker', skills: { asker } }).skills.asker).toBe(asker);
  expect(await asker.nli.queryAgent('expert', 'hello')).toMatchObject({
    success: false,
    error: { code: 'FAILED_PRECONDITION' },
  });
});

it.each([0, -1, Number.NaN, 1.5])('refuses a cap of %s', (maxInFlight) => {
  expect(() => new NLISkill({ maxInFlight })).toThrow('positive integer');
});
