import { Bus } from '../../../packages/runtime/src/bus/bus.ts';
import { BatonError } from '../../../packages/runtime/src/wire/error.ts';
import { Ledger } from '../../../packages/skills/src/payment/ledger.ts';
import { LedgerFold } from '../../../packages/skills/src/payment/ledger-fold.ts';
import type { Transfer } from '../../../packages/skills/src/payment/transfer.ts';
import { compare } from './history.ts';

export const LEDGER = { owner: 'faults', name: 'ledger' };
export const LEDGER_STREAM = `baton_${LEDGER.owner}_${LEDGER.name}`;

/** Users whose money is fought over. */
const USERS = ['ann', 'bob'];
/** How long one write goes on by itself before the writer begins again, milliseconds. */
const PATIENCE_MS = 1000;

/** Writers that charge the same few users as fast as they can, each write until its outcome is known. */
export class LedgerLoad implements AsyncDisposable {
  readonly #server: string;
  readonly #buses: Bus[] = [];
  readonly #acknowledged = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();

  private constructor(server: string) {
    this.#server = server;
  }

  static async start(server: string, writers: number): Promise<LedgerLoad> {
    const load = new LedgerLoad(server);
    const ledgers = await Promise.all(Array.from({ length: writers }, () => load.#open()));
    const [first] = ledgers;
    for (const user of USERS) {
      await load.#write(
        first as Ledger,
        { kind: 'deposit', key: `start-${user}`, user, amount: 1_000_000 } as Transfer,
      );
    }
    load.#running = Promise.all(ledgers.map((ledger, index) => load.#charge(ledger, index)));
    // Told by `finish`.
    load.#running.catch(() => {});
    return load;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** Resolves when another write has been acknowledged; milliseconds until then. Rejects when a writer has given up. */
  async nextAcknowledged(): Promise<number> {
    const began = performance.now();
    await Promise.race([new Promise<void>((resolve) => this.#waiting.add(resolve)), this.#running]);
    return performance.now() - began;
  }

  /** Lets every writer finish what it has begun. */
  async finish(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** Reads the ledger anew and compares it with what the writers were told. */
  async check() {
    const bus = await Bus.connect({ server: this.#server, name: 'checker' });
    this.#buses.push(bus);
    const log = await bus.log(LEDGER);
    const fold = new LedgerFold();
    const counted: string[] = [];
    let entries = 0;
    for await (const entry of log.read(1)) {
      entries += 1;
      const { transfer } = entry.value as { transfer: Transfer };
      if (fold.apply(entry) === 'counted') counted.push(transfer.key);
    }
    const accounts = [...fold.accounts().values()];
    return {
      ...compare(this.#acknowledged, counted),
      acknowledged: this.#acknowledged.size,
      entries,
      sum: accounts.reduce((sum, amount) => sum + amount, 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#buses.map((bus) => bus.close()));
  }

  async #open(): Promise<Ledger> {
    const bus = await Bus.connect({ server: this.#server, name: 'writer' });
    this.#buses.push(bus);
    return new Ledger({ log: await bus.log(LEDGER), patienceMs: PATIENCE_MS });
  }

  /** Reserves and settles, one handoff after the other. */
  async #charge(ledger: Ledger, writer: number): Promise<void> {
    for (let turn = 0; !this.#isOver; turn += 1) {
      const user = USERS[(writer + turn) % USERS.length] as string;
      const reservation = `w${writer}-${turn}`;
      const reserve = {
        kind: 'reserve',
        key: reservation,
        user,
        amount: 3,
        to: 'faults/shop',
        holdMs: 3_600_000,
      };
      await this.#write(ledger, reserve as Transfer);
      const settle = { kind: 'settle', key: `${reservation}-settle`, user, reservation, amount: 2 };
      await this.#write(ledger, settle as Transfer);
    }
  }

  /** Again and again under its key, as a caller does that must know. */
  async #write(ledger: Ledger, transfer: Transfer): Promise<void> {
    for (;;) {
      try {
        const verdict = await ledger.write(transfer);
        if (verdict !== 'counted' && verdict !== 'repeated')
          throw new Error(`"${transfer.key}" is ${verdict}`);
        this.#acknowledged.add(transfer.key);
        for (const wake of this.#waiting) wake();
        this.#waiting.clear();
        return;
      } catch (error) {
        if (!(error instanceof BatonError && error.retryable)) throw error;
      }
    }
  }
}
