import { randomUUID } from 'node:crypto';
import { BaseAgent, type Context, handoff, hook, join, Skill } from '@baton/runtime';
import { expect, inject, it } from 'vitest';
import { connectRaw } from '../../../runtime/test/integration/support/raw-client.ts';
import { EscalationSkill, Tickets } from '../../src/index.ts';

class Clerk extends Skill {
  @hook('on_message')
  async onMessage(context: Context) {
    const order = await this.skill<EscalationSkill>('escalation').askHuman({ question: 'Which order?' });
    context.answer = `Order ${order}.`;
  }
}

class ToClerk extends Skill {
  @handoff('clerk')
  always() {
    return true;
  }
}

async function openShop() {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  const mesh = await join({ server: inject('broker'), owner });
  const skills = { escalation: new EscalationSkill({ askSeconds: 1 }), clerk: new Clerk() };
  await mesh.launch(new BaseAgent({ name: 'clerk', skills }));
  await mesh.launch(new BaseAgent({ name: 'front', skills: { route: new ToClerk() } }));
  const client = await connectRaw();
  return {
    mesh,
    /** Asks as a client of the bare protocol does; `onQuery` has what is asked back and says what is answered. */
    async ask(agent: string, onQuery: (prompt: string) => string | undefined): Promise<string> {
      const reply = `_INBOX.raw.${randomUUID()}`;
      let text = '';
      const ended = new Promise<void>((resolve) => {
        client.subscribe(reply, {
          callback: (_error, message) => {
            if (message.data.length === 0) return resolve();
            const { type, data } = message.json() as { type: string; data: Record<string, string> & string };
            if (type === 'response') text += data;
            if (type !== 'query') return;
            const answer = onQuery(data.prompt ?? '');
            if (answer !== undefined) client.publish(data.reply_subject ?? '', answer);
          },
        });
      });
      client.publish(`agents.prompt.baton.${owner}.${agent}`, 'where is my parcel?', { reply });
      await ended;
      return text;
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await mesh.close();
    },
  };
}

it.each(['clerk', 'front'])('asks a client of the bare protocol in mid-stream, through %s', async (agent) => {
  await using shop = await openShop();
  const asked: string[] = [];
  const text = await shop.ask(agent, (prompt) => {
    asked.push(prompt);
    return '42';
  });
  expect([text, asked]).toEqual(['Order 42.', ['Which order?']]);
  await expect(Tickets.open(shop.mesh).then((tickets) => tickets.list())).resolves.toEqual([]);
});

it('makes a ticket of what a client of the bare protocol leaves unanswered', async () => {
  await using shop = await openShop();
  const text = await shop.ask('front', () => undefined);
  const [ticket] = await (await Tickets.open(shop.mesh)).list();
  expect(text).toContain(`#${ticket?.id}`);
  expect(ticket).toMatchObject({ agent: 'clerk', customerId: null, reason: 'Which order?' });
});
