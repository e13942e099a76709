import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { join, type Mesh, type RunResult } from '@baton/runtime';
import { Bus } from '../../../packages/runtime/src/bus/bus.ts';
import { readAttempts } from '../../../packages/runtime/src/handoff/durable/attempts.ts';
import { type DurableSpace, openSpace } from '../../../packages/runtime/src/handoff/durable/space.ts';
import { RunRecord } from '../../../packages/runtime/src/wire/durable.ts';
import { resultSubject } from '../../../packages/runtime/src/wire/subject.ts';
import { Ledger } from '../../../packages/skills/src/payment/ledger.ts';
import { LedgerFold } from '../../../packages/skills/src/payment/ledger-fold.ts';
import type { Transfer } from '../../../packages/skills/src/payment/transfer.ts';
import { ACK_WAIT_MS, type DurableWorkerOptions, startDurableWorker } from './durable-worker.ts';
import { compare } from './history.ts';
import { until } from './until.ts';
import type { Worker } from './worker.ts';

const USER = 'ann';
/** Longest wait for all that was asked, milliseconds. */
const PATIENCE_MS = 180_000;

/** Durable questions to `front`, each of which is paid, and what is left of them in the end, seen from outside. */
export class DurableLoad implements AsyncDisposable {
  readonly owner: string;
  readonly mesh: Mesh;
  readonly workers: Worker[] = [];
  readonly #server: string;
  readonly #bus: Bus;
  readonly #space: DurableSpace;
  readonly #folder: string;
  readonly #asked = new Map<string, Promise<RunResult>>();

  private constructor(parts: { server: string; owner: string; mesh: Mesh; bus: Bus; folder: string }) {
    this.#server = parts.server;
    this.owner = parts.owner;
    this.mesh = parts.mesh;
    this.#bus = parts.bus;
    this.#folder = parts.folder;
    this.#space = openSpace(parts.bus, parts.owner, () => {});
  }

  static async start(server: string, owner = 'faults'): Promise<DurableLoad> {
    const durable = { ackWaitMs: ACK_WAIT_MS, resendMs: 5000 };
    const mesh = await patiently(() => join({ server, owner, durable }));
    const bus = await patiently(() => Bus.connect({ server, name: 'checker' }));
    const folder = await mkdtemp(joinPath(tmpdir(), 'baton-faults-durable-'));
    const ledger = new Ledger({ log: await bus.log({ owner, name: 'ledger-usd' }) });
    await ledger.write({ kind: 'deposit', key: 'start', user: USER, amount: 1_000_000 });
    return new DurableLoad({ server, owner, mesh, bus, folder });
  }

  /** What a worker of this load is started with. */
  settings(more: Partial<DurableWorkerOptions> = {}): DurableWorkerOptions {
    const effects = joinPath(this.#folder, 'effects');
    return { server: this.#server, owner: this.owner, effects, ...more };
  }

  async addWorker(more: Partial<DurableWorkerOptions> = {}): Promise<Worker> {
    const worker = await startDurableWorker(this.settings(more));
    this.workers.push(worker);
    return worker;
  }

  /** Asks so many new questions, and does not wait for the answers. */
  ask(count: number, { target = 'front', question = 'go' } = {}): string[] {
    const ids = Array.from({ length: count }, (_, index) => `job-${this.#asked.size + index}`);
    for (const id of ids) {
      const bounds = { id, conversation: id, user: USER, timeoutMs: PATIENCE_MS };
      this.#asked.set(id, this.mesh.ask(target, question, { delivery: 'durable', ...bounds }));
    }
    return ids;
  }

  /** Questions that somebody else asked. */
  expect(id: string): void {
    this.#asked.set(id, this.mesh.result(id, { wait: true }));
  }

  /** The answers to what was asked, all of it or these. */
  async answered(ids: readonly string[] = [...this.#asked.keys()]): Promise<RunResult[]> {
    return await Promise.all(ids.map((id) => this.#asked.get(id) as Promise<RunResult>));
  }

  /** What the first few runs say, as somebody hears it who follows them. */
  async follow(count: number): Promise<string[]> {
    const texts = [...this.#asked.keys()].slice(0, count).map(async (id) => {
      // It may be on its way into the queue.
      const isKnown = () =>
        this.mesh.result(id).then(
          () => true,
          () => false,
        );
      await until(isKnown, 10_000);
      let text = '';
      for await (const event of this.mesh.attach(id)) {
        if (event.type === 'superseded') text = '';
        if (event.type === 'text') text += event.text;
      }
      return text;
    });
    return await Promise.all(texts);
  }

  /** Waits for every answer, then reads what the broker holds. */
  async settle() {
    const results = await Promise.all(this.#asked.values());
    await until(async () => (await this.#space.tasks.subjects()).length === 0, 20_000);
    const records = await this.#records();
    const letters = await this.mesh.deadLetters.list();
    const { charges, held, unpaid } = await this.#charges();
    return {
      results,
      /** Questions without a success. */
      failed: results.filter(({ success }) => !success),
      /** One terminal record for each id. */
      records: compare(this.#asked.keys(), records),
      /** Of the questions, and of what they handed on. */
      recordCount: records.length,
      charges: compare(this.#asked.keys(), charges),
      chargeCount: charges.length,
      held,
      unpaid,
      letters,
      lettersTwice: compare(
        [],
        letters.map(({ id }) => id),
      ).doubled,
      effects: await this.#effects(),
      ...(await this.#attempts(records)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await this.mesh.close(0);
    await this.#bus.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #records(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { value } of this.#space.results.entries(resultSubject(this.owner))) {
      ids.push(RunRecord.parse(value).id);
    }
    return ids;
  }

  /** The questions that were paid, once for each time; and what is still held. */
  async #charges() {
    const log = await this.#bus.log({ owner: this.owner, name: 'ledger-usd' });
    const fold = new LedgerFold();
    const reserved = new Map<string, string>();
    const charges: string[] = [];
    const trails = new Map<string, string[]>();
    for await (const entry of log.read(1)) {
      const verdict = fold.apply(entry);
      const { transfer } = entry.value as { transfer: Transfer };
      const about = 'reservation' in transfer ? transfer.reservation : transfer.key;
      trails.set(about, [...(trails.get(about) ?? []), `${entry.time} ${transfer.kind} ${verdict}`]);
      if (verdict !== 'counted') continue;
      if (transfer.kind === 'reserve') reserved.set(transfer.key, transfer.conversation ?? '');
      if (transfer.kind === 'settle') charges.push(reserved.get(transfer.reservation) ?? '');
    }
    const paid = new Set(charges);
    /** What the ledger says of questions that were not paid after all. */
    const unpaid = [...reserved].flatMap(([key, id]) =>
      paid.has(id) ? [] : [{ id, trail: trails.get(key) }],
    );
    return { charges, unpaid, held: fold.balance(USER, 0).reserved };
  }

  /** Effects that were had, as often as they were had: by their key, with the question they were had for. */
  async #effects() {
    const text = await readFile(this.settings().effects, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return { times: lines.length, keys: new Set(lines).size };
  }

  /** How often runs were begun, and by whom. */
  async #attempts(ids: readonly string[]) {
    const attempts: { id: string; pid: number; startedAt: number; next: number | undefined }[] = [];
    for (const id of ids) {
      const of = await readAttempts(this.#space, id);
      of.forEach(({ pid, startedAt }, index) => {
        attempts.push({ id, pid, startedAt, next: of[index + 1]?.startedAt });
      });
    }
    return { attempts, again: attempts.length - new Set(attempts.map(({ id }) => id)).size };
  }
}

/** A broker that has just started may be busy. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
}
