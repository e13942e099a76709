import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw, exchange } from '../support/raw-client.ts';

const vault = () => new BaseAgent({ name: 'vault', model: echoModel(), scope: 'admin' });

class ToVault extends Skill {
  @handoff('vault')
  always() {
    return true;
  }
}

it('refuses a caller without the scope at the agent itself, whoever asks', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(vault());
  expect((await mesh.ask('vault', 'open')).error).toMatchObject({
    code: 'PERMISSION_DENIED',
    target: 'vault',
  });
  expect((await mesh.ask('vault', 'open', { user: 'ada', scopes: ['owner'] })).success).toBe(false);
  expect(await mesh.ask('vault', 'open', { scopes: ['admin'] })).toMatchObject({
    success: true,
    response: 'open',
  });
});

it('carries the scopes of the one who asked through a handoff, and nothing of the agent between', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(vault());
  await mesh.launch(new BaseAgent({ name: 'front', model: echoModel(), skills: { routing: new ToVault() } }));
  const refused = await mesh.ask('front', 'open');
  expect(refused.error).toMatchObject({ code: 'PERMISSION_DENIED', target: 'vault' });
  expect(refused.handoffs).toMatchObject([{ to: 'vault', success: false }]);
  expect((await mesh.ask('front', 'open', { scopes: ['admin'] })).agent).toBe('vault');
});

it('refuses a raw client, which names nobody', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using raw = await connectRaw();
  await mesh.launch(vault());
  const [first] = await exchange(raw, { to: `agents.prompt.baton.${owner}.vault`, payload: 'open' });
  expect(first?.headers?.['Nats-Service-Error-Code']).toBe('403');
});
