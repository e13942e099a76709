import { BatonError, createLog, type LogLevel } from '@baton/runtime';
import type { MeshPlan } from '../mesh-file/read.ts';
import { LogLines } from '../supervisor/log-lines.ts';
import { orInterrupted } from '../terminal/interrupt.ts';
import { Screen } from '../terminal/screen.ts';
import { takeDetachedReporter } from './detached-report.ts';
import { MeshSession } from './mesh-session.ts';
import { logNarrator, type Narrator, screenNarrator } from './narrator.ts';
import { catchStop, type StopRequest } from './stop-request.ts';
import { type Hints, hintLines, type MeshSummary, summaryLines } from './summary.ts';
import { tryQuestions } from './try-questions.ts';

export interface RunMeshOptions {
  readonly plan: MeshPlan;
  readonly folder: string;
  /** The broker to use; undefined starts one of the folder's own. */
  readonly server: string | undefined;
  /** What the other commands must be told to find this mesh; undefined when they find it by themselves. */
  readonly hintServer: string | undefined;
  readonly claims: boolean;
  readonly logLevel: LogLevel;
  /** Put the replica's name before each log line. */
  readonly prefix: boolean;
  /** Ask the plan's questions once everything is up. */
  readonly tries: boolean;
  /** End after the questions. */
  readonly once: boolean;
}

/**
 * Brings a mesh up, tells what is up, and keeps it up until it is told to stop; then everything is drained and taken down.
 * @throws {BatonError} why it did not come up, or, with `once`, which question had no answer; everything is stopped by then.
 */
export async function runMesh(options: RunMeshOptions): Promise<void> {
  const { plan, folder, server, claims, logLevel } = options;
  const screen = new Screen();
  const report = takeDetachedReporter();
  const lines = makeLogLines(options, screen);
  const onLine = (label: string, line: string, stream: 'stdout' | 'stderr') => {
    for (const each of lines.format(label, line)) screen.log(each, stream);
  };
  const log = await createLog({
    level: logLevel,
    destination: { write: (line) => onLine('supervisor', line.trimEnd(), 'stdout') },
  });
  const narrator = report
    ? logNarrator(log, (text) => report({ type: 'progress', text }))
    : screenNarrator(screen);
  const session = new MeshSession({ plan, folder, server, claims, logLevel, log, narrator, onLine });
  using stop = catchStop((status) => {
    session.kill();
    process.exit(status);
  });
  try {
    await untilStopped(options, { session, narrator, screen, report, stop });
  } catch (thrown) {
    report?.({ type: 'failed', ...failure(thrown) });
    throw thrown;
  }
}

interface Running {
  readonly session: MeshSession;
  readonly narrator: Narrator;
  readonly screen: Screen;
  readonly report: ReturnType<typeof takeDetachedReporter>;
  readonly stop: StopRequest;
}

async function untilStopped(options: RunMeshOptions, running: Running): Promise<void> {
  const { session, narrator, report, stop } = running;
  let isWell = false;
  try {
    await orInterrupted(session.start(stop.signal, stop.request), stop.signal);
    if (report) report({ type: 'up', summary: session.summary() });
    else await greet(options, running);
    if (!options.once) await aborted(stop.signal);
    isWell = true;
  } finally {
    await takeDown(session, narrator);
    // After a failure the reason is the last word.
    if (isWell) narrator.done('stopped');
    else narrator.doing('');
  }
}

/** Tells what is up, asks the questions if it shall, and says what can be done next. */
async function greet(
  { plan, hintServer, tries, once }: RunMeshOptions,
  { session, screen, stop }: Running,
): Promise<void> {
  const summary = session.summary();
  for (const line of summaryLines(summary, screen.isTerminal)) screen.print(line);
  if (tries) {
    const asked = tryQuestions(plan.questions, { mesh: session.mesh, screen, signal: stop.signal });
    // Who stays to look around has seen the reason already.
    await (once ? asked : asked.catch(() => {}));
  }
  if (once || !screen.isTerminal || stop.signal.aborted) return;
  for (const line of nextSteps(plan, summary, {
    server: hintServer,
    where: ', in another terminal',
    stop: 'Ctrl-C stops everything.',
  }))
    screen.print(line);
}

/** What to try once a mesh is up. */
export function nextSteps(
  plan: MeshPlan,
  { agents }: MeshSummary,
  hints: Pick<Hints, 'server' | 'where' | 'stop'>,
): string[] {
  const first = agents[0]?.agent ?? 'agent';
  const { ask = first, question = 'hello' } = plan.questions[0] ?? {};
  const busy = agents.find(({ agent }) => agent !== ask)?.agent ?? first;
  // Commands mean the owner "default" by a bare name.
  const named = (agent: string) => (plan.owner === 'default' ? agent : `${plan.owner}/${agent}`);
  return hintLines({ ask: { agent: named(ask), question }, scale: named(busy), ...hints });
}

async function takeDown(session: MeshSession, narrator: Narrator): Promise<void> {
  if (session.hasBegun) narrator.doing('stopping: agents finish what they have begun');
  await session.stop();
}

function makeLogLines({ plan, prefix }: RunMeshOptions, screen: Screen): LogLines {
  const labels = ['supervisor', ...plan.agents.map(({ name = '', replicas }) => `${name}.${replicas}`)];
  const colour = screen.isTerminal && !process.env.NO_COLOR;
  return new LogLines({ prefix, pretty: screen.isTerminal, colour, labels });
}

function failure(thrown: unknown): { code: BatonError['code']; message: string } {
  const { code, message } = BatonError.from(thrown);
  return { code, message };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
