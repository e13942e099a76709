import type OpenAI from 'openai';
import { abortError } from '../wire/abort.ts';
import { loadOpenAi } from './late.ts';
import type { Model, ModelEvent, ModelRequest } from './model.ts';
import { fromOpenAiError } from './openai-errors.ts';
import { toChatCompletion } from './openai-request.ts';
import { readCompletion } from './openai-stream.ts';

/** Options of a model behind the Chat Completions API. */
export interface OpenAiOptions {
  readonly apiKey: string;
  /** Any compatible endpoint, up to and including its `/v1`. Default: the package's own. */
  readonly baseUrl?: string | undefined;
  /** How often the client retries a request that failed before the first byte of an answer. Default 2. */
  readonly maxRetries?: number;
  /** Milliseconds until the endpoint must have begun to answer. Default 60 000; the request's signal ends it sooner. */
  readonly timeoutMs?: number;
}

/**
 * `openai/<name>`: any model behind Chat Completions, streamed, with tools. The `openai` package is loaded on first use,
 * so an agent that never asks does not wait for it.
 *
 * `generate` throws PERMISSION_DENIED (401, 403), NOT_FOUND (404), RESOURCE_EXHAUSTED (402, 429), INVALID_ARGUMENT
 * (400, 413, 422), UNAVAILABLE (5xx, timeout, no connection, a stream that breaks off), PROTOCOL (a malformed stream). An
 * answer that was cut is none: RESOURCE_EXHAUSTED at the length limit, PERMISSION_DENIED by a content filter.
 */
export function openAiModel(name: string, options: OpenAiOptions): Model {
  const fullName = `openai/${name}`;
  let client: Promise<OpenAI> | undefined;
  return {
    name: fullName,
    async *generate(request: ModelRequest): AsyncGenerator<ModelEvent> {
      const { signal } = request;
      if (signal.aborted) throw abortError(signal);
      try {
        client ??= connect(options);
        const { chat } = await client;
        const stream = await chat.completions.create(toChatCompletion(request, name), { signal });
        // The package ends the iteration silently on an abort, in mid-answer.
        for await (const event of readCompletion(stream)) {
          if (signal.aborted) throw abortError(signal);
          yield event;
        }
        if (signal.aborted) throw abortError(signal);
      } catch (thrown) {
        throw fromOpenAiError(thrown, fullName, signal);
      }
    },
  };
}

async function connect(options: OpenAiOptions): Promise<OpenAI> {
  const { OpenAI } = await loadOpenAi();
  return new OpenAI({
    apiKey: options.apiKey,
    // Always given, or the package would read the environment by itself.
    baseURL: options.baseUrl ?? 'https://api.openai.com/v1',
    maxRetries: options.maxRetries ?? 2,
    timeout: options.timeoutMs ?? 60_000,
    // What goes wrong is thrown; the package would also print it.
    logLevel: 'off',
  });
}
