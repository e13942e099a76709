import { expect, it } from 'vitest';
import type { RunResult } from '../../../src/wire/result.ts';
import { type ForeignHostOptions, knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

/** What a member is told by a host that answers so. */
async function askOne(answer: ForeignHostOptions['answer']): Promise<RunResult> {
  await using mesh = await joinTest(newOwner());
  await using _host = await startForeignHost({
    owner: mesh.owner,
    name: 'stranger',
    ...(answer && { answer }),
  });
  await untilSees(mesh, knows('stranger'));
  return await mesh.ask('stranger', 'go');
}

const FAILED = { success: false, response: null, insights: {}, fallback: false, handoffs: [] };
const WHOLE = { ...FAILED, agent: 'x', conversation: 'c', id: 'i', durationMs: 1 };
const LOOP = { code: 'LOOP', message: 'round', retryable: false };

it.each<[string, unknown, object]>([
  ['cannot be read', { ...WHOLE, agent: 7 }, { code: 'PROTOCOL', message: expect.stringContaining('agent') }],
  ['is none', 'no', { code: 'PROTOCOL', message: expect.stringContaining('result') }],
  ['is a failure', { ...WHOLE, error: LOOP }, LOOP],
  ['is a failure without an error', WHOLE, { code: 'PROTOCOL' }],
])('does not take for an answer what ends with a result that %s', async (_what, result, error) => {
  const told = await askOne((reply) => {
    reply.chunk({ type: 'status', data: 'ack' });
    reply.chunk({ type: 'response', data: 'half' });
    reply.chunk({ type: 'baton', data: { kind: 'result', result } });
    reply.end();
  });
  expect(told).toMatchObject({ success: false, response: 'half', error });
});

it('keeps the error of a host whose failed run cannot be read', async () => {
  const told = await askOne((reply) => {
    const body = { error: 'loop', message: 'round', baton: { success: 'no' } };
    reply.raw(JSON.stringify(body), { 'Nats-Service-Error-Code': '409' });
    reply.end();
  });
  expect(told.error).toMatchObject({ code: 'LOOP', message: 'round' });
});
