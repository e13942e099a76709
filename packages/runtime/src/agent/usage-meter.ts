import type { Usage } from '../wire/result.ts';

/** Adds up what the models of one run use, and what the results of its handoffs and questions tell. */
export class UsageMeter {
  #inputTokens = 0;
  #outputTokens = 0;
  #modelCalls = 0;

  /** A turn of a model begins. */
  callModel(): void {
    this.#modelCalls++;
  }

  addTokens({ inputTokens, outputTokens }: Pick<Usage, 'inputTokens' | 'outputTokens'>): void {
    this.#inputTokens += inputTokens;
    this.#outputTokens += outputTokens;
  }

  /** Adds what a result from elsewhere tells; hosts of another make tell nothing. */
  add(usage: Usage | undefined): void {
    if (!usage) return;
    this.addTokens(usage);
    this.#modelCalls += usage.modelCalls;
  }

  /** As counted so far; undefined while no model was called. */
  get total(): Usage | undefined {
    if (this.#modelCalls === 0) return undefined;
    return {
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      modelCalls: this.#modelCalls,
    };
  }
}
