import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

class ToDesk extends Skill {
  @handoff('desk')
  always() {
    return true;
  }
}

it('loses nothing and repeats nothing while every replica is replaced under load', async () => {
  const owner = newOwner();
  const answered = new Map<string, number>();
  const model = scriptedModel(async function* ({ messages }) {
    const question = messages.at(-1)?.content ?? '';
    await new Promise((resolve) => setTimeout(resolve, 5));
    answered.set(question, (answered.get(question) ?? 0) + 1);
    yield { type: 'text' as const, text: question };
  });
  const start = async () => {
    const member = await joinTest(owner);
    await member.launch(new BaseAgent({ name: 'desk', model, concurrency: 4 }));
    await member.launch(new BaseAgent({ name: 'front', skills: { to: new ToDesk() }, concurrency: 8 }));
    return member;
  };
  let replicas: Mesh[] = await Promise.all([start(), start()]);
  await using client = await joinTest(owner);
  await client.synced();
  let isLoaded = true;
  const failed: unknown[] = [];
  let asked = 0;
  const ask = async () => {
    while (isLoaded) {
      const question = `q${asked++}`;
      const { success, response, error } = await client.ask('front', question);
      if (!success || response !== question) failed.push(error ?? response);
    }
  };
  const load = Promise.all(Array.from({ length: 12 }, ask));
  for (let round = 0; round < 3; round++) {
    const next: Mesh[] = [];
    for (const old of replicas) {
      next.push(await start());
      await old.close();
    }
    replicas = next;
  }
  isLoaded = false;
  await load;
  await Promise.all(replicas.map((member) => member.close()));
  expect(failed).toEqual([]);
  expect(asked).toBeGreaterThan(50);
  expect([answered.size, Math.max(...answered.values())]).toEqual([asked, 1]);
});
