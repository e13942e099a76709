import { type Bench, roundsOf, type Scenario } from '../bench.ts';
import { measureBesideRaw } from '../beside-raw.ts';
import { connectCallers } from '../callers.ts';
import { rawSubject } from '../echoes.ts';
import { removeStreams } from '../remove-streams.ts';
import { textOf } from '../workload.ts';

const IN_FLIGHT = 64;
const SIZE = 1024;
const TEXT = textOf(SIZE);

/** An ask that the broker keeps until it is done. */
export const durable: Scenario = {
  name: 'durable',
  about: 'an echo of 1 KB: plain request (raw), bare JetStream work queue (jetstream), durable ask (durable)',
  unit: 'bytes',
  headline: 'cpuPer1000',
  async run(bench) {
    const { server, owner } = bench;
    const rounds = roundsOf(bench.pace, 5);
    bench.progress('starting');
    const [raw, jetstream, agent] = await startAll(bench);
    await using callers = await connectCallers(bench);
    const subject = (name: string) => rawSubject(bench, name);
    try {
      const rows = await measureBesideRaw(bench, {
        size: SIZE,
        rounds,
        label: 'durable asks',
        inFlight: IN_FLIGHT,
        isFresh: true,
        raw: { call: () => callers.raw.echo(subject('echo'), TEXT), processes: [raw] },
        others: {
          jetstream: { call: () => callers.raw.echoDurably(subject('kept'), TEXT), processes: [jetstream] },
          durable: {
            call: () => callers.baton.echo('echo', TEXT, { delivery: 'durable' }),
            processes: [agent],
          },
        },
      });
      return { rounds, rows };
    } finally {
      // The broker may be somebody's who wants to keep it.
      await removeStreams(server, `baton_${owner}_`);
    }
  },
};

function startAll(bench: Bench) {
  const { server, owner, children } = bench;
  return Promise.all([
    children.start('raw-echo', { server, owner, name: rawSubject(bench, 'echo') }),
    children.start('raw-jetstream', { server, owner, name: rawSubject(bench, 'kept') }),
    children.start('echo-agent', { server, owner, name: 'echo' }),
  ]);
}
