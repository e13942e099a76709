import type { Model } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

/** A model that says "done" once it is released, to as many as have asked by then. */
export function heldModel(): { readonly model: Model; release(): void } {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const model = scriptedModel(async function* () {
    await gate;
    yield { type: 'text' as const, text: 'done' };
  });
  return { model, release };
}
