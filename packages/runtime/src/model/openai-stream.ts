import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { BatonError } from '../wire/error.ts';
import type { ModelEvent, ModelToolCall } from './model.ts';

type ToolCallDelta = ChatCompletionChunk.Choice.Delta.ToolCall;

/**
 * Turns the chunks of one streamed completion into model events: text as it arrives, tool calls whole and in the order
 * of their index once the model has finished, then the usage, as far
 * as it was told also when the stream breaks off.
 * @throws {BatonError} when the answer was cut, which is no answer: UNAVAILABLE when the stream ends without a finish
 * reason, RESOURCE_EXHAUSTED at the model's length limit, PERMISSION_DENIED when a content filter withheld the rest
 */
export async function* readCompletion(
  chunks: AsyncIterable<ChatCompletionChunk>,
): AsyncGenerator<ModelEvent> {
  const calls = new Map<number, ModelToolCall>();
  let usage: ModelEvent | undefined;
  let reason: string | undefined;
  try {
    for await (const chunk of chunks) {
      // The chunk with the usage has no choices; some servers send usage with every chunk, the last one counts.
      if (chunk.usage) {
        usage = {
          type: 'usage',
          inputTokens: chunk.usage.prompt_tokens || 0,
          outputTokens: chunk.usage.completion_tokens || 0,
        };
      }
      const choice = chunk.choices?.[0];
      if (choice === undefined) continue;
      const text = choice.delta?.content || choice.delta?.refusal;
      if (text) yield { type: 'text', text };
      for (const delta of choice.delta?.tool_calls ?? []) addDelta(calls, delta);
      reason = choice.finish_reason || reason;
    }
    checkWhole(reason);
  } catch (thrown) {
    // What was used is used, whether or not the answer came whole.
    if (usage !== undefined) yield usage;
    throw thrown;
  }
  for (const [, call] of [...calls].sort(([a], [b]) => a - b)) {
    yield { type: 'tool_call', ...call };
  }
  if (usage !== undefined) yield usage;
}

function checkWhole(reason: string | undefined): void {
  if (reason === undefined) throw new BatonError('UNAVAILABLE', 'the answer of the model broke off');
  if (reason === 'length') {
    throw new BatonError('RESOURCE_EXHAUSTED', 'the answer of the model was cut at its length limit');
  }
  if (reason === 'content_filter') {
    throw new BatonError('PERMISSION_DENIED', "a content filter of the model's provider withheld the answer");
  }
}

/** Only the first delta of a call names it; its arguments come in pieces, and calls may be interleaved. */
function addDelta(calls: Map<number, ModelToolCall>, delta: ToolCallDelta): void {
  const known = calls.get(delta.index);
  calls.set(delta.index, {
    id: known?.id || delta.id || `call_${delta.index}`,
    name: known?.name || delta.function?.name || '',
    arguments: (known?.arguments ?? '') + (delta.function?.arguments ?? ''),
  });
}
