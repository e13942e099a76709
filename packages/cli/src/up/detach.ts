import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BatonError, join as joinMesh } from '@baton/runtime';
import { catchInterrupt } from '../terminal/interrupt.ts';
import { writeOut } from '../terminal/output.ts';
import { Screen } from '../terminal/screen.ts';
import { refuseSecondMesh } from './claim.ts';
import { DETACHED_VARIABLE, DetachedReport } from './detached-report.ts';
import { screenNarrator } from './narrator.ts';
import { nextSteps } from './run-mesh.ts';
import { type MeshSummary, summaryLines } from './summary.ts';
import { tryQuestions } from './try-questions.ts';
import type { UpRequest } from './up-request.ts';

const BATON = fileURLToPath(new URL('../../bin/baton.js', import.meta.url));

/**
 * Starts the same command again in a session of its own, waits until the mesh is up, and leaves it there. With `json`
 * the summary is printed as one object, and nothing else is.
 * @throws {BatonError} why it did not come up, with where its log is; CANCELLED on Ctrl-C, which stops it again.
 */
export async function upDetached(request: UpRequest, json: boolean): Promise<void> {
  const { plan, folder, hintServer, tries } = request;
  await refuseSecondMesh(folder);
  const screen = new Screen();
  using interrupt = catchInterrupt();
  const logPath = join(folder, '.baton', 'logs', 'mesh.log');
  const log = await freshLog(logPath);
  const child = start(request, log);
  await log.close();
  const shownPath = relative(process.cwd(), logPath);
  const summary = await untilUp(child, { screen, signal: interrupt.signal, logPath: shownPath });
  child.disconnect();
  child.unref();
  screen.transient('');
  if (json) return await writeOut(`${JSON.stringify(summary)}\n`);
  for (const line of summaryLines(summary, screen.isTerminal)) screen.print(line);
  // A question without an answer has been shown as one; the mesh is up all the same.
  if (tries) await tryNow(request, { summary, screen, signal: interrupt.signal }).catch(() => {});
  if (!screen.isTerminal) return;
  const stop = `Its log is ${shownPath}; "npx baton down" stops everything.`;
  for (const line of nextSteps(plan, summary, { server: hintServer, where: '', stop })) screen.print(line);
}

/** Each mesh has a log of its own; the one before is kept. */
async function freshLog(path: string): Promise<FileHandle> {
  await mkdir(join(path, '..'), { recursive: true });
  await rename(path, `${path}.1`).catch(() => {});
  return await open(path, 'a');
}

function start({ plan, folder, server, logLevel }: UpRequest, log: FileHandle): ChildProcess {
  // No prefix: every line of the log is one JSON object, which names its agent.
  const args = [BATON, 'up', plan.file, '--no-prefix', '--log-level', logLevel];
  return spawn(process.execPath, server === undefined ? args : [...args, '--server', server], {
    cwd: folder,
    detached: true,
    env: { ...process.env, [DETACHED_VARIABLE]: '1' },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
}

function untilUp(
  child: ChildProcess,
  { screen, signal, logPath }: { screen: Screen; signal: AbortSignal; logPath: string },
): Promise<MeshSummary> {
  const narrator = screenNarrator(screen);
  return new Promise((resolve, reject) => {
    const fail = (code: BatonError['code'], message: string) => {
      screen.transient('');
      reject(new BatonError(code, message));
    };
    child.on('message', (message) => {
      const { data: report } = DetachedReport.safeParse(message);
      if (report?.type === 'progress') narrator.doing(report.text);
      else if (report?.type === 'up') resolve(report.summary);
      else if (report) fail(report.code, `${report.message}\n(the log is ${logPath})`);
    });
    child.once('exit', (code, by) =>
      fail('INTERNAL', `the mesh ended before it was up (${by ?? code}); see ${logPath}`),
    );
    child.once('error', (error) => fail('INTERNAL', `the mesh cannot be started: ${error.message}`));
    signal.addEventListener('abort', () => {
      child.kill('SIGTERM');
      fail('CANCELLED', 'interrupted; what was started is being stopped');
    });
  });
}

async function tryNow(
  { plan }: UpRequest,
  { summary, screen, signal }: { summary: MeshSummary; screen: Screen; signal: AbortSignal },
): Promise<void> {
  const mesh = await joinMesh({ server: summary.server, owner: plan.owner });
  await tryQuestions(plan.questions, { mesh, screen, signal }).finally(() => mesh.close());
}
