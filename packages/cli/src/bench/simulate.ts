import { type DispatchRow, type RegistryRow, type Simulation, simulate } from '@baton/bench';
import { BatonError } from '@baton/runtime';
import { failAsJson } from '../fail-as-json.ts';
import { writeOut } from '../terminal/output.ts';
import { Screen } from '../terminal/screen.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { numberText, percentText } from './figures.ts';

/** The options of `baton bench simulate`, as they were typed. */
export interface SimulateFlags {
  readonly agents: string;
  readonly seed: string;
  readonly json?: boolean;
}

const MIN_AGENTS = 10;
const MAX_AGENTS = 1e6;

/** The work of `baton bench simulate`. */
export async function simulateMesh(flags: SimulateFlags): Promise<void> {
  await failAsJson(flags.json, async () => {
    const agents = readWhole(flags.agents, '--agents', { min: MIN_AGENTS, max: MAX_AGENTS });
    const seed = readWhole(flags.seed, '--seed', { min: 0, max: Number.MAX_SAFE_INTEGER });
    const screen = new Screen();
    const onProgress = (text: string) => screen.transient(`simulate: ${text}`);
    const found = await simulate({ agents, seed, onProgress });
    screen.transient('');
    await writeOut(flags.json ? `${JSON.stringify(found)}\n` : `${simulationLines(found).join('\n')}\n`);
  });
}

/** A whole number, also as 1e5. @throws {BatonError} INVALID_ARGUMENT. */
export function readWhole(
  text: string,
  option: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= min && number <= max) return number;
  const right = `must be a whole number from ${min} to ${max}`;
  throw new BatonError('INVALID_ARGUMENT', `${option} ${right}, not ${JSON.stringify(text)}`);
}

function simulationLines({ seed, rules, registry, deathKnownMs, dispatch, watcher }: Simulation): string[] {
  const { p50, p99, max } = deathKnownMs;
  return [
    `seed ${seed}; rules: ${Object.entries(rules)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    '',
    'registry: one instance an agent, as one that watches all of them sees it',
    ...formatTable(REGISTRY_COLUMNS, registry),
    `a death is known after ${seconds(p50)} (p50), ${seconds(p99)} (p99), ${seconds(max)} (longest)`,
    `measured at ${watcher.instances} instances: ${numberText(watcher.usPerBeat)} us of CPU a beat, the connection not counted, ${numberText(watcher.bytesPerInstance)} bytes an instance; a newcomer is answered ${watcher.infoBytes} bytes an instance, and told ${numberText(watcher.noteBytesPerAgent)} bytes an agent`,
    '',
    'dispatch: calls come at random, jobs take exponential time; ideal is one line for all slots (Erlang C)',
    ...formatTable(DISPATCH_COLUMNS, dispatch),
  ];
}

const REGISTRY_COLUMNS: readonly Column<RegistryRow>[] = [
  right('AGENTS', ({ agents }) => String(agents)),
  right('BEATS/S', ({ beatsPerS }) => numberText(beatsPerS)),
  right('SIMULATED', ({ simulatedBeatsPerS }) => numberText(simulatedBeatsPerS)),
  right('MB/S', ({ bytesPerS }) => numberText(bytesPerS / 1e6)),
  right('CPU', ({ cpuShare }) => percentText(cpuShare)),
  right('TABLE MB', ({ tableMb }) => numberText(tableMb)),
  right('DISCOVERY MB', ({ discoveryMb }) => numberText(discoveryMb)),
  right('ALL WATCH ALL/S', ({ deliveriesPerS }) => deliveriesPerS.toExponential(1)),
  right('EACH WATCHES 10/S', ({ deliveriesPerSOfTen }) => deliveriesPerSOfTen.toExponential(1)),
];

const DISPATCH_COLUMNS: readonly Column<DispatchRow>[] = [
  right('WORKERS', ({ workers }) => String(workers)),
  right('SLOTS', ({ slots }) => String(slots)),
  right('JOB MS', ({ jobMs }) => String(jobMs)),
  right('LOAD', ({ load }) => percentText(load)),
  right('BUSY', ({ busyShare }) => percentText(busyShare)),
  right('WAITED', ({ waited }) => percentText(waited)),
  right('BUSY ANSWERS/CALL', ({ busyAnswersPerCall }) => busyAnswersPerCall.toFixed(3)),
  right('P50 MS', ({ p50Ms }) => numberText(p50Ms)),
  right('P99 MS', ({ p99Ms }) => numberText(p99Ms)),
  right('FAILED', ({ failed }) => String(failed)),
  right('IDEAL WAITED', ({ ideal }) => percentText(ideal.waits)),
  right('IDEAL P99 MS', ({ ideal }) => numberText(ideal.p99Ms)),
];

function right<Row>(title: string, text: (row: Row) => string): Column<Row> {
  return { title, align: 'right', text };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
