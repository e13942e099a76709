import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { Budget } from '../../../src/agent/budget.ts';
import { type Context, getContext } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import type { Money } from '../../../src/wire/money.ts';
import { answered, type FakePortOptions, fakePort, memoryLog } from '../support/fake-port.ts';

const usd = (amount: number): Money => ({ amount, currency: 'USD' });

describe('a budget', () => {
  it('is taken once for each key, and never more than is left', () => {
    const budget = new Budget(usd(100));
    expect([budget.take('a', 60), budget.take('a', 60), budget.take('b', 41)]).toEqual([
      'taken',
      'known',
      'short',
    ]);
    expect([budget.take('b', 40), budget.amount, budget.take('c', 0)]).toEqual(['taken', 0, 'taken']);
  });

  it('gets back what was not spent, once, and all is spent when nobody says', () => {
    const budget = new Budget(usd(100));
    budget.take('a', 100);
    for (const spent of [undefined, Number.NaN, -1, 101]) budget.settle('a', spent);
    expect(budget.amount).toBe(0);
    budget.settle('a', 30);
    budget.settle('a', 30);
    budget.settle('nothing', 0);
    expect(budget.amount).toBe(70);
    budget.settle('a', 0);
    expect([budget.amount, budget.take('a', 100)]).toEqual([100, 'taken']);
  });

  it.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, '1'])('is not taken by %s', (amount) => {
    const budget = new Budget(usd(100));
    expect(() => budget.take('a', amount as number)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(budget.amount).toBe(100);
  });

  it('is over with its run: nothing is taken any more, and what is still out counts as spent', () => {
    const budget = new Budget(usd(100));
    budget.allot('h', usd(60));
    expect(budget.close()).toEqual(usd(60));
    expect([budget.take('late', 1), budget.allot('later', undefined)]).toEqual(['short', usd(0)]);
    expect(JSON.parse(JSON.stringify({ budget }))).toEqual({ budget: usd(40) });
  });
});

/** Hands to the agents named in the question, one after the other, or asks them side by side. */
class Desk extends Skill {
  readonly left: (number | undefined)[] = [];

  @handoff()
  next(query: string, context: Context): string | undefined {
    const named = query.split(' ').slice(1);
    const step = context.messages.filter(({ role }) => role === 'assistant').length;
    return query.startsWith('hand') ? named[step] : undefined;
  }

  @hook('before_llm_call')
  async ask(context: Context) {
    const [first, ...named] = String(context.messages.at(-1)?.content).split(' ');
    if (first !== 'ask') return;
    await Promise.all(named.map((name) => context.query(name, 'q', { budget: usd(40) })));
  }

  @hook('before_handoff')
  name({ handoffMetadata, handoffAgent }: Context) {
    if (handoffAgent === 'cheap') handoffMetadata.budget = usd(30);
    if (handoffAgent === 'euro') handoffMetadata.budget = { amount: 1, currency: 'EUR' };
    if (handoffAgent === 'wrong') handoffMetadata.budget = { amount: -1, currency: 'USD' };
  }

  @hook('after_handoff')
  note() {
    this.left.push(getContext().budget?.amount);
  }
}

function desk(answer: Answer) {
  const skill = new Desk();
  const model = scriptedModel('done');
  const agent = new BaseAgent({ name: 'desk', model, skills: { skill }, maxChain: 5 });
  const port = fakePort({ answer });
  agent.attach(port, memoryLog());
  return { agent, skill, budgets: () => port.orders.map(({ scope }) => scope.budget) };
}

type Answer = NonNullable<FakePortOptions['answer']>;

const spends =
  (amount: number | undefined, success = true): Answer =>
  (order) =>
    answered(order, { success, ...(amount !== undefined && { spent: usd(amount) }) });

const inEuros: Answer = (order) => answered(order, { spent: { amount: 0, currency: 'EUR' } });

describe('a run with a budget', () => {
  it('gives a handoff all that is left, and keeps what came back for the next', async () => {
    const { agent, skill, budgets } = desk((order) =>
      answered(order, { spent: usd(order.target === 'a' ? 25 : 10) }),
    );
    const result = await agent.run('hand a b c', { budget: usd(100) });
    expect(budgets()).toEqual([usd(100), usd(75), usd(65)]);
    expect(skill.left).toEqual([75, 65, 55]);
    expect([result.response, result.spent]).toEqual(['c answers', usd(45)]);
  });

  it('gives no more than the author names, and never more than is left', async () => {
    const { agent, budgets } = desk(spends(20));
    await agent.run('hand cheap cheap cheap', { budget: usd(50) });
    expect(budgets()).toEqual([usd(30), usd(30), usd(10)]);
  });

  it('lets handoffs side by side have no more than it has', async () => {
    const { agent, budgets } = desk(spends(5));
    const result = await agent.run('ask a b c', { budget: usd(100) });
    expect(budgets()).toEqual([usd(40), usd(40), usd(20)]);
    expect(result.spent).toEqual(usd(15));
  });

  it.each([
    ['fails without a word', spends(undefined, false)],
    ['answers without a word', spends(undefined)],
    ['tells of more than it had', spends(31)],
    ['tells of another currency', inEuros],
  ])('counts all it gave as spent when the target %s', async (_what, answer) => {
    const { agent } = desk(answer);
    expect((await agent.run('hand cheap', { budget: usd(100) })).spent).toEqual(usd(30));
  });

  it('counts what a failing target told', async () => {
    const { agent } = desk(spends(7, false));
    expect((await agent.run('hand cheap', { budget: usd(100) })).spent).toEqual(usd(7));
  });

  it.each([
    ['euro', 'FAILED_PRECONDITION'],
    ['wrong', 'INVALID_ARGUMENT'],
  ])('refuses the budget of a handoff that is %s, and nothing is published', async (target, code) => {
    const { agent, budgets } = desk(spends(0));
    const { error, spent } = await agent.run(`hand ${target}`, { budget: usd(100) });
    expect([error?.code, spent, budgets()]).toEqual([code, usd(0), []]);
  });

  it('spends nothing where nobody set one, and a handoff may have one of its own', async () => {
    const { agent, budgets } = desk(spends(undefined));
    const result = await agent.run('hand a cheap');
    expect([budgets(), result.spent]).toEqual([[undefined, usd(30)], undefined]);
  });

  it.each([
    [{ amount: -1, currency: 'USD' }, 'amount'],
    [{ amount: 0.5, currency: 'USD' }, 'amount'],
    [{ amount: Number.NaN, currency: 'USD' }, 'amount'],
    [{ amount: '5.00', currency: 'USD' }, 'amount'],
    [{ amount: 5, currency: 'usd' }, 'currency'],
    [{ amount: 5 }, 'currency'],
    [5, 'budget'],
    [null, 'budget'],
  ])('does not begin with %j', async (budget, field) => {
    const { agent } = desk(answered);
    await expect(agent.run('hand a', { budget: budget as never })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(`option "(budget.)?${field}"`),
    });
  });

  it('refuses a wrong budget in the metadata of a handoff where it is declared', () => {
    expect(() => handoff('a', { metadata: { budget: { amount: 0.5, currency: 'USD' } } })).toThrow(TypeError);
  });
});
