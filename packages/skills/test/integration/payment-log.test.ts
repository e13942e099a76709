import { randomUUID } from 'node:crypto';
import { BaseAgent, join, Skill } from '@baton/runtime';
import { expect, inject, it } from 'vitest';

/** Gives a test the log that skills are handed. */
class Probe extends Skill {
  log(name: string) {
    return this.port.log({ name });
  }
}

async function member(probe: Probe) {
  const mesh = await join({ server: inject('broker'), owner: `t-${randomUUID().slice(0, 8)}` });
  await mesh.launch(new BaseAgent({ name: 'writer', skills: { probe } }));
  return mesh;
}

it('appends only after what was read, and follows what is appended', async () => {
  const probe = new Probe();
  await using _ = await member(probe);
  const log = await probe.log('notes');
  const seen: unknown[] = [];
  const following = await log.follow(1, ({ sequence, value }) => seen.push([sequence, value]));
  expect(await log.append('a', { id: 'a', expectedLast: 0 })).toBe(1);
  expect(await log.append('b', { id: 'b', expectedLast: 0 })).toBeUndefined();
  expect(await log.append('b', { id: 'b', expectedLast: 1 })).toBe(2);
  const again = await probe.log('notes');
  const read: unknown[] = [];
  for await (const { sequence, value } of again.read(2)) read.push([sequence, value]);
  expect(read).toEqual([[2, 'b']]);
  await expect
    .poll(() => seen)
    .toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  following.close();
  await expect(probe.log('not a name')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

it('reads a log of several hundred entries in order', async () => {
  const probe = new Probe();
  await using _ = await member(probe);
  const log = await probe.log('long');
  for (let index = 0; index < 300; index += 1) {
    await log.append(index, { id: `${index}`, expectedLast: index });
  }
  const values: unknown[] = [];
  for await (const { value } of log.read(1)) values.push(value);
  expect(values).toEqual(Array.from({ length: 300 }, (_, index) => index));
});
