import { setImmediate as nextTurn } from 'node:timers/promises';
import { abortError } from '../wire/abort.ts';
import { loadExtractAnswer } from './late.ts';
import type { Model, ModelEvent, ModelRequest } from './model.ts';

/** Options of the extractive model. */
export interface ExtractiveOptions {
  /** The lowest passage score, 0..1, that is taken for an answer. Default 0.45. */
  readonly minScore?: number;
}

/** Words per streamed piece. */
const PIECE_WORDS = 4;

/**
 * `local/extractive`: answers in the words of the agent's own articles, and says so when none fits. It is passage
 * retrieval, not a language model: it writes no sentence about the subject itself, calls no tool, and needs no network.
 */
export function extractiveModel(options: ExtractiveOptions = {}): Model {
  const { minScore = 0.45 } = options;
  return {
    name: 'local/extractive',
    structured: false,
    async *generate(request: ModelRequest): AsyncGenerator<ModelEvent> {
      if (request.signal.aborted) throw abortError(request.signal);
      // What finds sentences is slow to load, and not every agent that could answer so is asked.
      const { extractAnswer } = await loadExtractAnswer();
      for (const text of pieces(extractAnswer(request, minScore))) {
        yield { type: 'text', text };
        // Lets the reader send this piece, and an abort arrive, before the next.
        await nextTurn();
        if (request.signal.aborted) throw abortError(request.signal);
      }
    },
  };
}

/** Word groups that joined give the text exactly. */
function pieces(text: string): string[] {
  return text.match(new RegExp(`(?:\\S+\\s*){1,${PIECE_WORDS}}`, 'g')) ?? [];
}
