import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Where the server writes the ports it took, and where nothing else is. */
  readonly portsDir: string;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>;
  readonly timeoutMs: number;
}

const POLL_MS = 15;

/** The address of the server once it greets a connection, or why it will not; never throws. */
export async function waitUntilReady(options: WaitOptions): Promise<{ url: string } | { problem: string }> {
  const deadline = Date.now() + options.timeoutMs;
  let ended: string | undefined;
  void options.exited.then(({ code, signal, error }) => {
    ended = error ? error.message : `it ended with ${signal ?? `status ${code}`}`;
  });
  while (Date.now() < deadline) {
    if (ended !== undefined) return { problem: ended };
    const url = await readPorts(options.portsDir);
    if (url !== undefined && (await greets(url, deadline - Date.now()))) return { url };
    await sleep(POLL_MS);
  }
  return { problem: ended ?? `it was not ready after ${options.timeoutMs / 1000} s` };
}

async function readPorts(portsDir: string): Promise<string | undefined> {
  const file = (await readdir(portsDir)).find((name) => name.endsWith('.ports'));
  if (file === undefined) return undefined;
  try {
    const { nats } = JSON.parse(await readFile(join(portsDir, file), 'utf8')) as { nats?: string[] };
    return nats?.[0];
  } catch {
    // The server does not write it in one step: half a file is read again.
    return undefined;
  }
}

/** Whether a NATS server greets a raw connection with its INFO line. */
function greets(url: string, timeoutMs: number): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    const settle = (greeted: boolean) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.setTimeout(Math.max(1, timeoutMs), () => settle(false));
    socket.once('data', (data) => settle(data.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
