import { expect, inject, it } from 'vitest';
import { Bus } from '../../../src/bus/bus.ts';
import { newOwner } from '../support/mesh.ts';

it('lets the first value of a subject stand, whoever writes how many at once', async () => {
  const owner = newOwner();
  await using bus = await Bus.connect({ server: inject('broker'), name: 'test' });
  const options = { name: `baton_${owner}_x`, subject: `baton.${owner}.x.*`, keepMs: 60_000 };
  const kept = bus.kept({ ...options, perSubject: 'first' });
  const writers = Array.from({ length: 20 }, (_, n) => kept.add(`baton.${owner}.x.a`, n));
  const isFirst = await Promise.all(writers);
  expect(isFirst.filter(Boolean)).toHaveLength(1);
  expect(await kept.last(`baton.${owner}.x.a`)).toMatchObject({ value: isFirst.indexOf(true) });
  expect(await kept.last(`baton.${owner}.x.b`)).toBeUndefined();
  expect(() => bus.kept({ ...options, perSubject: 3 })).not.toThrow();
  await expect(bus.kept({ ...options, perSubject: 3 }).last(`baton.${owner}.x.a`)).rejects.toThrow(
    /its "discard" is/,
  );
});

it('refuses work that the queue has no room for, and takes one piece a subject', async () => {
  const owner = newOwner();
  await using bus = await Bus.connect({ server: inject('broker'), name: 'test' });
  const queue = bus.workQueue({
    name: `baton_${owner}_q`,
    subject: `baton.${owner}.q.*`,
    keepMs: 3_600_000,
    maxBytes: 10_000,
  });
  const work = new Uint8Array(4000);
  expect(await queue.add(`baton.${owner}.q.a`, work)).toBe(true);
  expect(await queue.add(`baton.${owner}.q.a`, work)).toBe(false);
  expect(await queue.add(`baton.${owner}.q.b`, work)).toBe(true);
  await expect(queue.add(`baton.${owner}.q.c`, work)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
});
