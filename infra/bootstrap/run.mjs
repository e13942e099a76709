import { spawn } from 'node:child_process';
import { root, toolEnv } from './root.mjs';

/**
 * Runs a program in the repository and keeps what it prints; `onLine` sees it as it comes.
 * Never rejects: `status` is 127 when it cannot be started, 128 when a signal ended it.
 */
export function run(command, args, { env = {}, onLine } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: toolEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (!onLine) return;
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop();
        lines.forEach(onLine);
      });
    }
    child.once('error', (error) => resolve({ status: 127, output: `${command}: ${error.message}\n` }));
    child.once('close', (code, signal) => {
      if (signal) output += `${command} was ended by ${signal}\n`;
      resolve({ status: code ?? 128, output });
    });
  });
}

/** Runs a program that has the terminal to itself; resolves with its exit status. */
export function runVisibly(command, args, { env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: toolEnv(env),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 128));
  });
}
