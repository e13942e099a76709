import type { Model } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

/** A model that says "done" once it is released, to as many as have asked by then; `started` resolves when it is first asked. */
export function heldModel(): { readonly model: Model; readonly started: Promise<void>; release(): void } {
  let release = () => {};
  let begin = () => {};
  const started = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const model = scriptedModel(async function* () {
    begin();
    await gate;
    yield { type: 'text' as const, text: 'done' };
  });
  return { model, started, release };
}
