/**
 * A process of the bench: `node main.js <role> <options as JSON>`. Each role is loaded alone, so that what one needs does not
 * count for another. It ends with its starter.
 */
import type { Answers, Question, Role, RoleOptions, Word } from './role.ts';

const ROLES: Readonly<Record<string, () => Promise<Role>>> = {
  'raw-echo': async () => (await import('./raw-echo.ts')).rawEcho,
  'raw-stream': async () => (await import('./raw-stream.ts')).rawStream,
  'raw-jetstream': async () => (await import('./raw-jetstream.ts')).rawJetStream,
  'raw-worker': async () => (await import('./raw-worker.ts')).rawWorker,
  'raw-watcher': async () => (await import('./raw-watcher.ts')).rawWatcher,
  beater: async () => (await import('./beater.ts')).beater,
  'echo-agent': async () => (await import('./echo-agent.ts')).echoAgent,
  'stream-agent': async () => (await import('./stream-agent.ts')).streamAgent,
  'worker-agent': async () => (await import('./worker-agent.ts')).workerAgent,
  'silent-agent': async () => (await import('./silent-agent.ts')).silentAgent,
  watcher: async () => (await import('./watcher.ts')).watcher,
};

const [role = '', options = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
const play = await ROLES[role]?.();
if (!play) throw new Error(`there is no role "${role}"`);
const answers: Answers = await play(JSON.parse(options) as RoleOptions);
process.on('message', ({ question }: Question) => say({ answer: answers[question]?.() }));
say({ ready: true });

function say(word: Word): void {
  process.send?.(word);
}
