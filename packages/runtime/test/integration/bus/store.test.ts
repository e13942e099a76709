import { expect, it } from 'vitest';
import { joinTest, newOwner } from '../support/mesh.ts';

const HOUR_MS = 3_600_000;

/** Two members that share a store. */
async function twoMembers() {
  const owner = newOwner();
  const meshes = [await joinTest(owner), await joinTest(owner)];
  const [first, second] = await Promise.all(
    meshes.map((mesh) => mesh.store({ name: 'things', ttlMs: HOUR_MS })),
  );
  if (!first || !second) throw new Error('no store');
  return {
    first,
    second,
    owner,
    [Symbol.asyncDispose]: async () => void (await Promise.all(meshes.map((mesh) => mesh.close()))),
  };
}

it('lets one of many writers create a value, and tells the others', async () => {
  await using members = await twoMembers();
  const { first, second } = members;
  const tries = Array.from({ length: 40 }, (_, index) => (index % 2 ? first : second).create('k', index));
  const won = await Promise.all(tries);
  expect(won.filter(Boolean)).toHaveLength(1);
  expect(await second.get('k')).toBe(won.indexOf(true));
});

it('lists the keys below a prefix, of whole tokens, as soon as they are written', async () => {
  await using members = await twoMembers();
  const { first, second } = members;
  expect(await second.keys()).toEqual([]);
  for (const key of ['a.1', 'a.2.x', 'ab.1', 'a']) await first.put(key, key);
  expect((await second.keys('a')).sort()).toEqual(['a.1', 'a.2.x']);
  expect((await second.keys()).sort()).toEqual(['a', 'a.1', 'a.2.x', 'ab.1']);
  expect(await second.get('a.2')).toBeUndefined();
});

it('opens only what exists when it is told no time to keep, and keeps the time of the one who made it', async () => {
  await using members = await twoMembers();
  await using mesh = await joinTest(members.owner);
  await expect(mesh.store({ name: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await mesh.store({ name: 'things' })).ttlMs).toBe(HOUR_MS);
  expect((await mesh.store({ name: 'things', ttlMs: 1000 })).ttlMs).toBe(HOUR_MS);
});

it('is opened by all who make it at the same moment, whatever time to keep each of them asks for', async () => {
  const owner = newOwner();
  await using first = await joinTest(owner);
  await using second = await joinTest(owner);
  for (const name of Array.from({ length: 20 }, (_, index) => `things-${index}`)) {
    const made = [first.store({ name, ttlMs: HOUR_MS }), second.store({ name, ttlMs: 2 * HOUR_MS })];
    const [one, other] = await Promise.all(made);
    expect(one?.ttlMs).toBe(other?.ttlMs);
  }
});

it('says that a value is too large, and lives on', async () => {
  await using members = await twoMembers();
  const large = 'x'.repeat(2_000_000);
  await expect(members.first.create('k', large)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(await members.first.create('k', 'small')).toBe(true);
});
