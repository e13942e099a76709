import { cpus } from 'node:os';
import { type Report, runBench, type Scenario } from '@baton/bench';
import { failAsJson } from '../fail-as-json.ts';
import { orInterrupted } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { Screen } from '../terminal/screen.ts';
import { barLines } from './bars.ts';
import { type BenchBroker, foreignBroker, startBenchBroker } from './broker.ts';
import { changeLines, compareReports, withChanges } from './compare.ts';
import { type BenchFlags, readPace, readScenarios } from './flags.ts';
import { readReports, saveReports, toLines } from './reports-file.ts';
import { catchStopSignals } from './stop-signals.ts';
import { tableLines } from './table.ts';

/** The work of `baton bench`. Ends the process: a connection's timers would keep it up for another second. */
export async function bench(words: readonly string[], flags: BenchFlags): Promise<never> {
  endWhenReaderLeaves();
  const signal = catchStopSignals();
  await failAsJson(flags.json, () => benchAll(words, flags, signal));
  process.exit(0);
}

async function benchAll(words: readonly string[], flags: BenchFlags, signal: AbortSignal): Promise<void> {
  const scenarios = readScenarios(words);
  const pace = readPace(flags);
  const before = flags.compare === undefined ? [] : await readReports(flags.compare);
  const screen = new Screen();
  const note = (line: string) => screen.note(line);
  await using broker =
    flags.server === undefined ? await startBenchBroker(note) : foreignBroker(flags.server);
  if (broker.pid === undefined) note('the CPU of a broker that runs elsewhere is not counted');
  const onProgress = (scenario: string, text: string) => screen.transient(`${scenario}: ${text}`);
  const reports: Report[] = [];
  const { url: server, pid: brokerPid } = broker;
  const running = runBench({ scenarios, server, brokerPid, pace, signal, onProgress });
  for (const scenario of scenarios) {
    const next = await orInterrupted(running.next(), signal);
    if (next.done) break;
    const report = { ...next.value, unit: scenario.unit, quick: pace.quick, ...circumstances(broker) };
    reports.push(report);
    screen.transient('');
    await show(report, { scenario, before, flags });
  }
  if (flags.save !== undefined) await saveReports(flags.save, reports);
  // The last one's processes are gone once the generator has ended.
  await orInterrupted(running.next(), signal);
}

/** What a figure is worth nothing without. */
function circumstances({ version }: BenchBroker) {
  return {
    at: new Date().toISOString(),
    node: process.version,
    ...(version !== undefined && { broker: version }),
    cpus: cpus().length,
  };
}

interface ShowOptions {
  readonly scenario: Scenario;
  readonly before: readonly Report[];
  readonly flags: BenchFlags;
}

async function show(report: Report, { scenario, before, flags }: ShowOptions): Promise<void> {
  const changes = compareReports(before, report);
  if (flags.json) return await writeOut(toLines([withChanges(report, changes)]));
  const { name, about, unit } = scenario;
  const lines = [`${name}: ${about}`, '', ...tableLines(report, unit)];
  if (process.stdout.isTTY) lines.push('', ...barLines(report, scenario));
  if (flags.compare !== undefined) lines.push('', ...comparison(changes, flags.compare, unit));
  await writeOut(`${lines.join('\n')}\n\n`);
}

function comparison(changes: ReturnType<typeof compareReports>, file: string, unit: string): string[] {
  if (changes.length === 0) return [`${file} has nothing to compare these with`];
  return [`since ${file}:`, ...changeLines(changes, unit)];
}
