import { expect, it } from 'vitest';
import { startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

const piece = (seq: number, data: string) => ({ type: 'response', seq, data });
const result = (pieces: number, response?: string) => ({
  type: 'baton',
  data: {
    kind: 'result',
    pieces,
    result: {
      ...{
        success: true,
        agent: 'host',
        conversation: 'c',
        id: 'i',
        durationMs: 1,
        handoffs: [],
        insights: {},
      },
      ...{ fallback: false, ...(response !== undefined && { response }) },
    },
  },
});

/** What a caller makes of a stream in which the network has lost, repeated or reordered something. */
async function streamOf(...chunks: object[]) {
  const owner = newOwner();
  await using _host = await startForeignHost({
    owner,
    name: 'host',
    answer: ({ chunk, end }) => {
      chunk({ type: 'status', data: 'ack' });
      for (const each of chunks) chunk(each);
      end();
    },
  });
  await using mesh = await joinTest(owner);
  await untilSees(mesh, () => mesh.agents().length === 1);
  let text = '';
  for await (const event of mesh.stream('host', 'go')) {
    if (event.type === 'text') text += event.text;
    if (event.type === 'result') return { text, result: event.result };
  }
  throw new Error('no result');
}

it('drops a piece that comes twice', async () => {
  const { text, result: whole } = await streamOf(
    piece(1, 'a'),
    piece(1, 'a'),
    piece(2, 'b'),
    piece(1, 'a'),
    result(2),
  );
  expect([text, whole.success, whole.response]).toEqual(['ab', true, 'ab']);
});

it.each([
  ['in the middle', [piece(1, 'a'), piece(3, 'c'), result(3)]],
  ['at the end', [piece(1, 'a'), result(2)]],
  ['at the beginning', [piece(2, 'b'), result(2)]],
])('never joins a stream of which a piece is missing %s', async (_where, chunks) => {
  const { text, result: torn } = await streamOf(...chunks);
  expect(torn).toMatchObject({ success: false, error: { code: 'UNAVAILABLE' } });
  expect(['', 'a']).toContain(text);
  expect(torn.response ?? '').toBe(text);
});

it('takes the whole answer from the result, where it came with it', async () => {
  const { result: whole } = await streamOf(piece(1, 'a'), piece(3, 'c'), result(3, 'abc'));
  expect(whole).toMatchObject({ success: true, response: 'abc' });
});
