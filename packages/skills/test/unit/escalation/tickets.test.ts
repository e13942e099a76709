import { BatonError } from '@baton/runtime';
import { describe, expect, it } from 'vitest';
import { type Escalation, Tickets } from '../../../src/escalation/tickets.ts';
import { memoryStore } from '../support/memory-store.ts';

const escalation = (changes: Partial<Escalation> = {}): Escalation => ({
  user: 'ada',
  conversation: 'c-1',
  agent: 'desk',
  reason: 'an angry customer',
  messages: [{ role: 'user', content: 'I am angry' }],
  ...changes,
});

function setUp() {
  const store = memoryStore();
  let ms = Date.parse('2026-01-01T00:00:00Z');
  const now = () => {
    ms += 1000;
    return new Date(ms);
  };
  return { store, tickets: new Tickets(store, now), replica: new Tickets(store, now) };
}

const silent = () => new BatonError('UNAVAILABLE', 'the broker did not say');

describe('a ticket', () => {
  it('holds who, where, why and what was said', async () => {
    const { tickets } = setUp();
    const { id, isNew } = await tickets.escalate(escalation());
    expect(isNew).toBe(true);
    expect(await tickets.find(id)).toEqual({
      id,
      agent: 'desk',
      customerId: 'ada',
      conversation: 'c-1',
      reason: 'an angry customer',
      messages: [{ role: 'user', content: 'I am angry' }],
      omitted: 0,
      createdAt: '2026-01-01T00:00:01.000Z',
      state: 'open',
    });
  });

  it('is the same one while it is open, with every reason once and what was said since', async () => {
    const { tickets, replica } = setUp();
    const first = await tickets.escalate(escalation());
    const messages = [{ role: 'user', content: 'now I am furious' }] as const;
    const again = [
      await replica.escalate(escalation({ reason: 'a furious\n customer', messages })),
      await tickets.escalate(escalation({ reason: 'a furious customer' })),
      await tickets.escalate(escalation()),
    ];
    expect(again).toEqual(Array(3).fill({ id: first.id, isNew: false }));
    expect(await tickets.find(first.id)).toMatchObject({
      reason: 'an angry customer\na furious customer',
      messages,
    });
  });

  it('is one, whoever of many replicas makes it at the same moment', async () => {
    const { store, tickets, replica } = setUp();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? tickets : replica).escalate(escalation())),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect([...store.values.keys()].filter((key) => key.startsWith('c.'))).toHaveLength(1);
    expect(await tickets.list()).toHaveLength(1);
  });

  it('is another one for another user, for nobody, in another conversation, and once it is answered', async () => {
    const { tickets } = setUp();
    const first = await tickets.escalate(escalation());
    await tickets.answer(first.id, { text: 'Sorry!', by: 'Grace' });
    const others = await Promise.all([
      tickets.escalate(escalation()),
      tickets.escalate(escalation({ user: 'eve' })),
      tickets.escalate(escalation({ user: undefined })),
      tickets.escalate(escalation({ conversation: 'c-2' })),
    ]);
    expect(others.every(({ isNew }) => isNew)).toBe(true);
    expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(5);
  });

  it('that is answered while a reason is added does not swallow the reason', async () => {
    const { store, tickets, replica } = setUp();
    const { id } = await tickets.escalate(escalation());
    let answering: Promise<unknown> | undefined;
    store.fail = (operation, key, when) => {
      if (operation === 'create' && key.includes('.more.') && when === 'before')
        answering ??= replica.answer(id, { text: 'Sorry!', by: 'Grace' });
      return undefined;
    };
    // The answer comes in between: it is written before the new reason is.
    const original = store.create;
    store.create = async (key, value) => {
      const result = await original(key, value);
      await (key.includes('.more.') ? answering : undefined);
      return result;
    };
    const next = await tickets.escalate(escalation({ reason: 'still angry' }));
    expect([next.isNew, next.id === id]).toEqual([true, false]);
    expect(await tickets.find(next.id)).toMatchObject({ state: 'open', reason: 'still angry' });
  });

  it('is made once, and known, although the broker does not say in time that it kept a record', async () => {
    const { store, tickets } = setUp();
    let failures = 0;
    store.fail = (operation, key, when) =>
      operation === 'create' && key.startsWith('c.') && when === 'after' && failures++ === 0
        ? silent()
        : undefined;
    const { id } = await tickets.escalate(escalation());
    expect((await tickets.list()).map((ticket) => ticket.id)).toEqual([id]);
    expect(failures).toBeGreaterThan(0);
  });

  it('is not promised when the broker stays silent', async () => {
    const { store, tickets } = setUp();
    store.fail = (operation) => (operation === 'create' ? silent() : undefined);
    await expect(tickets.escalate(escalation())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('takes the next id when one is taken', async () => {
    const { store, tickets } = setUp();
    const original = store.create;
    let taken = 0;
    store.create = async (key, value) =>
      key.startsWith('id.') && taken++ < 2 ? false : original(key, value);
    const { id } = await tickets.escalate(escalation());
    expect((await tickets.find(id)).id).toBe(id);
  });
});

describe('an answer', () => {
  it('is given once: of two people at the same moment one is told who was first', async () => {
    const { tickets, replica } = setUp();
    const { id } = await tickets.escalate(escalation());
    const both = await Promise.allSettled([
      tickets.answer(id, { text: 'Yes.', by: 'Grace' }),
      replica.answer(`#${id.toLowerCase()}`, { text: 'No.', by: 'Edsger' }),
    ]);
    const won = both.find((each) => each.status === 'fulfilled');
    const lost = both.find((each) => each.status === 'rejected');
    const { answer } = await tickets.find(id);
    expect(won?.value.answer).toEqual(answer);
    expect(lost?.reason).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: `ticket #${id} was answered already, by "${answer?.by}" at ${answer?.at}`,
    });
  });

  it('that the broker did not confirm is no second answer to itself', async () => {
    const { store, tickets } = setUp();
    const { id } = await tickets.escalate(escalation());
    let failures = 0;
    store.fail = (operation, key, when) =>
      operation === 'create' && key.endsWith('.answer') && when === 'after' && failures++ === 0
        ? silent()
        : undefined;
    await expect(tickets.answer(id, { text: 'Yes.', by: 'Grace' })).resolves.toMatchObject({
      state: 'answered',
    });
    expect(failures).toBeGreaterThan(0);
  });

  it('is due to the customer of that conversation until it is noted that they were told', async () => {
    const { tickets, replica } = setUp();
    const { id } = await tickets.escalate(escalation());
    expect(await tickets.untold(escalation())).toEqual([]);
    await tickets.answer(id, { text: 'Sorry!', by: 'Grace' });
    const [due] = await replica.untold(escalation());
    expect(due).toMatchObject({ id, text: 'Sorry!', by: 'Grace' });
    expect(await replica.untold(escalation({ user: 'eve' }))).toEqual([]);
    expect(await replica.untold(escalation({ user: undefined }))).toEqual([]);
    if (due) await replica.noteTold(due);
    expect(await tickets.untold(escalation())).toEqual([]);
  });

  it('is due although the ticket itself is gone by then', async () => {
    const { store, tickets } = setUp();
    const { id } = await tickets.escalate(escalation());
    await tickets.answer(id, { text: 'Sorry!', by: 'Grace' });
    for (const key of store.values.keys()) if (key.endsWith('.ticket')) store.values.delete(key);
    expect(await tickets.untold(escalation())).toMatchObject([{ id, text: 'Sorry!' }]);
    expect(await tickets.list()).toEqual([]);
    // What is left of the old one must not count as the answer to a new one.
    const next = await tickets.escalate(escalation());
    expect(await tickets.find(next.id)).toMatchObject({ state: 'open' });
  });

  it.each([
    ['nothing', '', 'Grace'],
    ['blanks', ' \n', 'Grace'],
    ['too long', 'x'.repeat(20_001), 'Grace'],
    ['by nobody', 'Yes.', ''],
    ['by someone who steers terminals', 'Yes.', 'Gr\u001bace'],
  ])('is refused when it is %s', async (_what, text, by) => {
    const { tickets } = setUp();
    const { id } = await tickets.escalate(escalation());
    await expect(tickets.answer(id, { text, by })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('an id that is none', () => {
  it('is answered with those that look alike, or with how to list them', async () => {
    const { tickets } = setUp();
    const { id } = await tickets.escalate(escalation());
    const typo = id.slice(0, 5) + (id.endsWith('A') ? 'B' : 'A');
    await expect(tickets.find(typo)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `there is no ticket "${typo}"; did you mean #${id}?`,
    });
    await expect(tickets.find('c.>')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'there is no ticket "c.>"; baton tickets --all lists them',
    });
  });
});
