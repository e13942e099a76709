import type { HandoffPort, Peer, SkillHost } from '@baton/runtime';
import { describe, expect, it } from 'vitest';
import { DiscoverySkill, type Scorer } from '../../src/index.ts';

type Card = NonNullable<Peer['card']>;

function peer(name: string, description: string, { owner = 'home', ...card }: Partial<Card> = {}): Peer {
  const whole = { name, owner, description, version: '1.0.0', skills: [], tools: [], handoffs: [], ...card };
  return { name, owner, description, instances: 1, card: whole };
}

/** A skill of the agent `self`, which sees what `mesh.peers` holds; scorings are counted. */
function discovery(peers: readonly Peer[], scorer?: Scorer['score']) {
  const mesh = { peers, dead: [] as string[] };
  const scored: string[] = [];
  const counting = scorer && {
    score: (intent: string, candidates: readonly Peer[]) => {
      scored.push(intent);
      return scorer(intent, candidates);
    },
  };
  const skill = new DiscoverySkill(counting && { scorer: counting });
  const port = {
    owner: 'home',
    peers: () => mesh.peers,
    ping: async (name: string) => !mesh.dead.includes(name),
  } as HandoffPort;
  skill.bind({ agentName: 'self', port: () => port } as SkillHost);
  return { skill, mesh, scored };
}

const names = async (found: Promise<readonly { name: string }[]>) => (await found).map(({ name }) => name);

describe('findAgents', () => {
  it('tells what a card tells', async () => {
    const clerk = peer('clerk', 'Invoices.', {
      tools: [{ name: 'sendInvoice' }],
      handoffs: [{ name: 'archive' }],
      price: { amount: 50, currency: 'EUR' },
      version: '2.1.0',
    });
    const { skill } = discovery([{ ...clerk, instances: 3 }]);
    expect(await skill.findAgents({ intent: 'an invoice' })).toEqual([
      {
        name: 'clerk',
        description: 'Invoices.',
        score: 1,
        capabilities: ['sendInvoice'],
        handoffs: ['archive'],
        price: { amount: 50, currency: 'EUR' },
        version: '2.1.0',
        instances: 3,
      },
    ]);
  });

  it('finds a host without a card by its description', async () => {
    const { skill } = discovery([{ ...peer('clerk', 'Invoices.'), card: undefined }]);
    expect(await skill.findAgents({ intent: 'invoice' })).toMatchObject([
      { name: 'clerk', capabilities: [], version: undefined },
    ]);
  });

  it('puts the best first, equal ones by name, and leaves out who does not fit', async () => {
    const scores: Record<string, number> = { zoe: 0.5, amy: 0.5, tom: 0.9, eve: 0 };
    const peers = Object.keys(scores).map((name) => peer(name, ''));
    const { skill } = discovery(peers, (_, all) => all.map(({ name }) => scores[name] ?? 0));
    expect(await names(skill.findAgents({ intent: 'x' }))).toEqual(['tom', 'amy', 'zoe']);
  });

  it('holds the scores of a scorer within 0 and 1, and takes what is no number for 0', async () => {
    const peers = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => peer(name, ''));
    const { skill } = discovery(peers, () => [7, Number.NaN, -1, Number.POSITIVE_INFINITY, '1' as never]);
    expect(await skill.findAgents({ intent: 'x' })).toMatchObject([{ name: 'a', score: 1 }]);
  });

  it('gives at most as many as asked for, five unless told', async () => {
    const peers = Array.from({ length: 9 }, (_, n) => peer(`agent-${n}`, 'tea'));
    const { skill } = discovery(peers);
    expect(await names(skill.findAgents({ intent: 'tea' }))).toHaveLength(5);
    expect(await names(skill.findAgents({ intent: 'tea', maxResults: 2 }))).toEqual(['agent-0', 'agent-1']);
    expect(await names(skill.findAgents({ intent: 'tea', maxResults: 1_000_000 }))).toHaveLength(9);
  });

  it.each([0, -1, Number.NaN, 1.5, Number.POSITIVE_INFINITY, '3'])('refuses maxResults %s', async (count) => {
    const { skill } = discovery([peer('a', 'tea')]);
    await expect(skill.findAgents({ intent: 'tea', maxResults: count as number })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('finds only who scores more than the least score', async () => {
    const scores = [0.69, 0.7, 0.71];
    const peers = ['a', 'b', 'c'].map((name) => peer(name, ''));
    const { skill } = discovery(peers, () => scores);
    const above = (minScore: number) => names(skill.findAgents({ intent: 'x', minScore }));
    expect([await above(0), await above(0.7), await above(1)]).toEqual([['c', 'b', 'a'], ['c'], []]);
    for (const wrong of [-0.1, 1.1, Number.NaN]) {
      await expect(above(wrong)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it.each([{ intent: undefined }, {}, null, undefined])(
    'refuses an intent that is no text: %j',
    async (what) => {
      const { skill } = discovery([]);
      await expect(skill.findAgents(what as never)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('"intent"'),
      });
    },
  );

  it('finds nobody for an empty intent, for words without meaning, and where nobody is', async () => {
    const { skill } = discovery([peer('a', 'tea and what you can do')]);
    expect(await skill.findAgents({ intent: '' })).toEqual([]);
    expect(await skill.findAgents({ intent: ' \n ' })).toEqual([]);
    expect(await skill.findAgents({ intent: 'what can you do?' })).toEqual([]);
    expect(await discovery([]).skill.findAgents({ intent: 'tea' })).toEqual([]);
  });

  it('finds neither itself nor agents of another owner', async () => {
    const peers = [peer('self', 'tea'), peer('tea', 'tea', { owner: 'away' }), peer('other', 'tea')];
    const [, foreign] = peers;
    expect(foreign?.owner).toBe('away');
    expect(await names(discovery(peers).skill.findAgents({ intent: 'tea' }))).toEqual(['other']);
  });

  it('leaves out, asked outside a run, who answers only callers with a scope', async () => {
    const { skill } = discovery([peer('vault', 'tea', { scope: 'admin' }), peer('open', 'tea')]);
    expect(await names(skill.findAgents({ intent: 'tea' }))).toEqual(['open']);
  });

  it('fails before its agent is launched, and before it has one', async () => {
    await expect(new DiscoverySkill().findAgents({ intent: 'tea' })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
  });
});

describe('bestAgent', () => {
  const peers = ['a', 'b', 'c'].map((name) => peer(name, ''));

  it('is who scores more than 0.7, not exactly that, unless told otherwise', async () => {
    const { skill } = discovery(peers, () => [0.7, 0.2, Number.NaN]);
    expect(await skill.bestAgent('x')).toBeNull();
    expect(await skill.bestAgent('x', { minScore: 0.69 })).toBe('a');
    expect(await discovery(peers, () => [0, 0.71, 0.71]).skill.bestAgent('x')).toBe('b');
    expect(await discovery([]).skill.bestAgent('x')).toBeNull();
  });

  it('is the next one when the best has died since it was heard of', async () => {
    const { skill, mesh } = discovery(peers, () => [0.8, 1, 0.9]);
    expect(await skill.bestAgent('x')).toBe('b');
    mesh.dead = ['b'];
    expect(await skill.bestAgent('x')).toBe('c');
    mesh.dead = ['b', 'a', 'c'];
    expect(await skill.bestAgent('x')).toBeNull();
  });
});

describe('results that are kept', () => {
  const one = () => [1];

  it('are those of an intent, until the mesh changes', async () => {
    const { skill, mesh, scored } = discovery([peer('a', 'tea')], one);
    await skill.findAgents({ intent: 'tea' });
    await skill.findAgents({ intent: ' tea ', maxResults: 1 });
    await skill.findAgents({ intent: 'coffee' });
    expect(scored).toEqual(['tea', 'coffee']);

    mesh.peers = [peer('b', 'tea')];
    expect(await names(skill.findAgents({ intent: 'tea' }))).toEqual(['b']);
  });

  it('cannot be spoilt by who got them', async () => {
    const { skill } = discovery([peer('a', 'tea')], one);
    const [first] = await skill.findAgents({ intent: 'tea' });
    Object.assign(first ?? {}, { name: 'mallory' });
    expect(await names(skill.findAgents({ intent: 'tea' }))).toEqual(['a']);
  });

  it('are few: the intent longest unasked is forgotten, and a very long one is not kept', async () => {
    const { skill, scored } = discovery([peer('a', 'tea')], one);
    const ask = (intent: string) => skill.findAgents({ intent });
    await ask('first');
    await ask('second');
    for (let n = 0; n < 254; n++) await ask(`intent ${n}`);
    await ask('first');
    await ask('one more');
    scored.length = 0;
    await ask('first');
    await ask('second');
    const long = 'x'.repeat(2001);
    await ask(long);
    await ask(long);
    expect(scored).toEqual(['second', long, long]);
  });
});

describe('the default score', () => {
  const shop = [
    peer('billing-department', 'Charges, refunds, invoices and payments.'),
    peer('technical-support', 'Devices, wifi, errors and repairs.'),
    peer('shipping-department', 'Parcels: tracking, delivery times and costs.', {
      tools: [{ name: 'rerouteShipment', description: 'Sends a parcel to another address.' }],
    }),
    peer('front-desk', 'Says hello.', { handoffs: [{ name: 'technical-support', description: 'wifi' }] }),
  ];
  const { skill } = discovery(shop);

  it.each([
    ['I was charged twice, please refund me', 'billing-department'],
    ['my wifi shows an error', 'technical-support'],
    ['track my parcel', 'shipping-department'],
    ['change the address of a shipment', 'shipping-department'],
    ['technical support', 'technical-support'],
  ])('%s: %s', async (intent, expected) => {
    const [best] = await skill.findAgents({ intent });
    expect(best?.name).toBe(expected);
    expect(best?.score).toBeLessThanOrEqual(1);
  });

  it('is 1 for an agent that knows every word, and less for one that knows some', async () => {
    const [whole] = await skill.findAgents({ intent: 'refunds and invoices' });
    const [part] = await skill.findAgents({ intent: 'refunds for zeppelins' });
    expect(whole?.score).toBe(1);
    expect(part?.score).toBeGreaterThan(0);
    expect(part?.score).toBeLessThan(0.7);
  });

  it('reads the beginning of a card that is larger than any has to be, and tells no more of it', async () => {
    const filler = 'unread '.repeat(150_000);
    const tools = Array.from({ length: 10_000 }, (_, n) => ({ name: `tool${n}`, description: filler }));
    const giant = peer('giant', `Zeppelins. ${filler} balloons`, {
      tools: [...tools, { name: 'kites' }],
      handoffs: tools,
    });
    const { skill: among } = discovery([giant, peer('small', 'Balloons and kites.')]);
    const found = async (intent: string) => names(among.findAgents({ intent }));
    expect(await found('zeppelins')).toEqual(['giant']);
    expect([await found('balloons'), await found('kites')]).toEqual([['small'], ['small']]);
    const [first] = await among.findAgents({ intent: 'zeppelins' });
    expect([first?.capabilities.length, first?.handoffs.length]).toEqual([100, 100]);
  });

  it('counts what an agent only hands on for less than what it does itself', async () => {
    const found = await skill.findAgents({ intent: 'wifi' });
    expect(found.map(({ name, score }) => [name, score])).toEqual([
      ['technical-support', 1],
      ['front-desk', 0.5],
    ]);
  });
});
