import type { ModelEvent } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

/** The events of a model that says these texts. */
export const says = (...texts: string[]): ModelEvent[] => texts.map((text) => ({ type: 'text', text }));

/** A model that says one word and then waits for its signal. */
export function waitingModel() {
  let aborted = false;
  const model = scriptedModel(async function* ({ signal }) {
    yield { type: 'text', text: 'one ' };
    await new Promise<void>((resolve) => {
      const stop = () => {
        aborted = true;
        resolve();
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
    });
  });
  return { model, wasAborted: () => aborted };
}
