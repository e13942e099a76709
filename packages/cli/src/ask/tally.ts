import { ERROR_CODES, type ErrorInfo } from '@baton/runtime';

/** What `baton ask --batch --json` prints last; the names are part of the command's contract. */
export interface BatchSum {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  /** Answers a second. */
  readonly perSecond: number;
  /** Rows answered by each agent, most first. */
  readonly byAgent: Readonly<Record<string, number>>;
}

/** Failures with one code, and the first of them. */
export interface FailureGroup {
  readonly code: ErrorInfo['code'];
  readonly count: number;
  readonly row: number;
  readonly message: string;
}

/** Counts the rows of a batch as they come back. */
export class Tally {
  #answered = 0;
  #failed = 0;
  #interrupted = 0;
  readonly #byAgent = new Map<string, number>();
  readonly #failures = new Map<string, FailureGroup>();

  get answered(): number {
    return this.#answered;
  }

  get failed(): number {
    return this.#failed;
  }

  /** Rows that were on their way when Ctrl-C came; they are not counted as failed. */
  get interrupted(): number {
    return this.#interrupted;
  }

  addInterrupted(): void {
    this.#interrupted += 1;
  }

  addAnswer(agent: string): void {
    this.#answered += 1;
    this.#byAgent.set(agent, (this.#byAgent.get(agent) ?? 0) + 1);
  }

  addFailure(row: number, { code, message }: Pick<ErrorInfo, 'code' | 'message'>): void {
    this.#failed += 1;
    const known = this.#failures.get(code);
    this.#failures.set(code, known ? { ...known, count: known.count + 1 } : { code, count: 1, row, message });
  }

  /** Failures by code, the most frequent first. */
  failures(): FailureGroup[] {
    return [...this.#failures.values()].sort((a, b) => b.count - a.count);
  }

  /** 0 when no row failed; the code's own status when nothing was answered and every row failed with one code; else 1. */
  exitStatus(): number {
    if (this.#failed === 0) return 0;
    const [only, ...others] = this.failures();
    return only && others.length === 0 && this.#answered === 0 ? ERROR_CODES[only.code].exit : 1;
  }

  sum(elapsedMs: number): BatchSum {
    const byAgent = [...this.#byAgent].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return {
      answered: this.#answered,
      failed: this.#failed,
      seconds: round(elapsedMs / 1000, 3),
      perSecond: elapsedMs > 0 ? round((this.#answered * 1000) / elapsedMs, 1) : 0,
      byAgent: Object.fromEntries(byAgent),
    };
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
