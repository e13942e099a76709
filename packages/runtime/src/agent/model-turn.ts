import type { Model, ModelRequest, ModelToolCall, ModelTurn } from '../model/model.ts';
import type { Run } from './run.ts';
import { runHooks } from './run-hooks.ts';

/** Asks the model once. Each piece of text goes through the `on_chunk` hooks and then, unless withheld, out. */
export async function takeTurn(run: Run, model: Model, request: ModelRequest): Promise<ModelTurn> {
  const { context, usage, emit } = run;
  const calls: ModelToolCall[] = [];
  const hasChunkHooks = run.plan.hooks.on_chunk.length > 0;
  let said = '';
  usage.callModel();
  for await (const event of model.generate(request)) {
    if (event.type === 'usage') usage.addTokens(event);
    else if (event.type === 'tool_call') calls.push(event);
    else {
      const text = hasChunkHooks ? await throughHooks(run, event.text) : event.text;
      // What a model says after it was told to stop is for nobody.
      if (!text || context.scope.signal.aborted) continue;
      said += text;
      // An answer by a schema is only known to be one when it is whole: until then it may be withdrawn.
      if (!request.output) emit({ type: 'text', text });
    }
  }
  return { said, calls };
}

async function throughHooks({ context, plan }: Run, text: string): Promise<string> {
  context.chunk = text;
  await runHooks(plan.hooks.on_chunk, context);
  return context.chunk;
}
