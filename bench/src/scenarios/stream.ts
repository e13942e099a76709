import { roundsOf, type Scenario } from '../bench.ts';
import { measureBesideRaw } from '../beside-raw.ts';
import { connectCallers } from '../callers.ts';
import { rawSubject } from '../echoes.ts';
import { CHUNK, CHUNKS } from '../workload.ts';

const IN_FLIGHT = 16;
const WHOLE = CHUNK.repeat(CHUNKS);

/** Streamed answers of many small pieces; rates are of pieces, the p50 is of a whole answer. */
export const stream: Scenario = {
  name: 'stream',
  about: `answers of ${CHUNKS} chunks of ${CHUNK.length} bytes; calls are chunks, p50 is a whole answer`,
  unit: 'chunks',
  headline: 'callsPerS',
  async run(bench) {
    const { server, owner, children } = bench;
    const rounds = roundsOf(bench.pace, 5);
    bench.progress('starting');
    const subject = rawSubject(bench, 'stream');
    const [raw, agent] = await Promise.all([
      children.start('raw-stream', { server, owner, name: subject }),
      children.start('stream-agent', { server, owner, name: 'stream' }),
    ]);
    await using callers = await connectCallers(bench);
    const rows = await measureBesideRaw(bench, {
      size: CHUNKS,
      rounds,
      label: 'streams',
      inFlight: IN_FLIGHT,
      units: CHUNKS,
      isFresh: true,
      raw: { call: async () => check(await callers.raw.stream(subject)), processes: [raw] },
      others: {
        stream: { call: async () => check(await callers.baton.stream('stream')), processes: [agent] },
      },
    });
    return { rounds, rows };
  },
};

function check(text: string): void {
  if (text !== WHOLE)
    throw new Error(`a streamed answer is not whole: ${text.length} of ${WHOLE.length} bytes`);
}
