import { expect, it } from 'vitest';
import type { Bus } from '../../../src/bus/bus.ts';
import { NoResponders, Silence } from '../../../src/bus/reply-stream.ts';
import { type Draws, NotDrawn } from '../../../src/handoff/draws.ts';
import { route } from '../../../src/handoff/route.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { BatonError } from '../../../src/wire/error.ts';

const PROMPT = 'agents.prompt.baton.me.desk';

/** Where one request goes whose outcome at a free place is `atFree`: true for turned away, or an error. */
async function way(atFree: boolean | Error) {
  const sent: string[] = [];
  let turnedOff = 0;
  let closed = 0;
  const draws = {
    open: () => ({ subject: 'free', doubt: Promise.resolve(undefined), close: () => void closed++ }),
    turnOff: () => void turnedOff++,
  } as unknown as Draws;
  const registry = {
    find: () => ({ status: 'live', instances: [{ kind: 'baton' }] }),
  } as unknown as Registry;
  const send = ({ subject }: { subject: string }) => {
    sent.push(subject);
    if (subject !== 'free') return Promise.resolve(false);
    return atFree instanceof Error ? Promise.reject(atFree) : Promise.resolve(atFree);
  };
  const address = { owner: 'me', agent: 'desk' };
  const failed = await route({ draws, registry, bus: {} as Bus }, address, send).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { sent, turnedOff, closed, failed };
}

it('is done where an instance had a free place', async () => {
  expect(await way(false)).toEqual({ sent: ['free'], turnedOff: 0, closed: 1, failed: undefined });
});

it.each([
  ['nobody has a free place', new NoResponders(), 0],
  ['the place was taken meanwhile', true, 0],
  ['someone else listens there', new NotDrawn(), 1],
  ['this member may not publish there', new BatonError('PERMISSION_DENIED', 'no'), 1],
])('goes to any instance when %s', async (_case, atFree, turnedOff) => {
  expect(await way(atFree)).toEqual({ sent: ['free', PROMPT], turnedOff, closed: 1, failed: undefined });
});

it('never sends a request again that somebody may have taken', async () => {
  const silence = new Silence(10_000);
  expect(await way(silence)).toMatchObject({ sent: ['free'], closed: 1, failed: silence });
});
