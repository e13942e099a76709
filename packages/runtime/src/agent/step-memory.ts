/** Steps done once in a run that is not durable: remembered as long as the run lasts. */
export class StepMemory {
  readonly #run: string;
  readonly #steps = new Map<string, Promise<unknown>>();

  constructor(run: string) {
    this.#run = run;
  }

  once<T>(key: string, effect: (idempotencyKey: string) => T | Promise<T>): Promise<T> {
    const step = this.#steps.get(key) ?? (async () => await effect(`${this.#run}-${key}`))();
    this.#steps.set(key, step);
    // What failed has not happened: it may be tried again.
    step.catch(() => this.#steps.delete(key));
    return step as Promise<T>;
  }
}
