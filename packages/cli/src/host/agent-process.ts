/**
 * The process of one replica: `node agent-process.js <module URL> [agent name]`, settings in the environment. It ends itself
 * when it is told to (SIGTERM) and when its supervisor is gone, after finishing the answers it has begun. With `--check`
 * before the URL it loads the agent, says so and ends: it needs no broker for that.
 */
import { BatonError, createLog, ERROR_CODES, join } from '@baton/runtime';
import { Departure } from './departure.ts';
import { loadAgent } from './load-agent.ts';
import type { HostReport } from './report.ts';
import { readSettings } from './settings.ts';

const words = process.argv.slice(2);
const isCheck = words[0] === '--check';
const [module = '', expected] = isCheck ? words.slice(1) : words;
const supervised = process.send !== undefined;
const departure = new Departure({ supervised });

try {
  if (isCheck) await check();
  const { logLevel, ...options } = readSettings(process.env);
  const agent = await loadAgent(module, expected);
  const log = await createLog({ level: logLevel, pretty: false });
  const { server, owner, heartbeatMs } = options;
  const mesh = await join({ server, owner, name: agent.name, log, ...(heartbeatMs && { heartbeatMs }) });
  departure.leaveWith((graceMs) => mesh.close(graceMs));
  const { instance } = await mesh.launch(agent);
  await report({ type: 'ready', agent: agent.name, instance });
} catch (thrown) {
  // A start that was cut short by the end is no failure.
  if (!departure.begun) await fail(thrown);
}

async function check(): Promise<never> {
  const { name } = await loadAgent(module, expected);
  await report({ type: 'ready', agent: name, instance: '' });
  process.exit(0);
}

async function fail(thrown: unknown): Promise<never> {
  const { code, message, cause, stack } = BatonError.from(thrown);
  if (process.env.BATON_DEBUG) process.stderr.write(`${(cause as Error | undefined)?.stack ?? stack}\n`);
  if (!supervised) process.stderr.write(`error ${code}: ${message}\n`);
  await report({ type: 'failed', code, message });
  process.exit(ERROR_CODES[code].exit);
}

/** Resolves when the supervisor's end of the channel has it; a supervisor that is gone is no error. */
function report(message: HostReport): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}
