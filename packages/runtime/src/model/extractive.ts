import { setImmediate as nextTurn } from 'node:timers/promises';
import { abortError } from '../wire/abort.ts';
import type { Model, ModelEvent, ModelRequest } from './model.ts';
import type { Passage } from './retriever.ts';
import { selectAnswer } from './select-answer.ts';
import { isCourtesy, subjectOf } from './terms.ts';

/** Options of the extractive model. */
export interface ExtractiveOptions {
  /** The lowest passage score, 0..1, that is taken for an answer. Default 0.45. */
  readonly minScore?: number;
}

/** Words per streamed piece. */
const PIECE_WORDS = 4;
/** Titles named when nothing fits; the rest is counted. */
const TOPICS_NAMED = 8;

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
      for (const text of pieces(answer(request, minScore))) {
        yield { type: 'text', text };
        // Lets the reader send this piece, and an abort arrive, before the next.
        await nextTurn();
        if (request.signal.aborted) throw abortError(request.signal);
      }
    },
  };
}

function answer(request: ModelRequest, minScore: number): string {
  const userTexts = request.messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  const question = userTexts.at(-1) ?? '';
  if (isCourtesy(question)) {
    const greeting = /\b(?:thanks|thank|cheers)\b/i.test(question) ? 'You are welcome.' : 'Hello.';
    return [greeting, offer(request.topics)].filter(Boolean).join(' ');
  }
  const fitting = request.passages.filter((passage) => passage.score >= minScore);
  const sentences = selectAnswer(ofOneArticle(fitting, request.passages), userTexts);
  if (sentences.length > 0) return sentences.join(' ');
  if (subjectOf(question).length === 0) return offer(request.topics) || 'What is your question about?';
  return ['I do not have an article about that.', offer(request.topics)].filter(Boolean).join(' ');
}

/** The passages of the first fitting one's article, that one first; weaker ones of the article may add a detail. */
function ofOneArticle(fitting: readonly Passage[], all: readonly Passage[]): Passage[] {
  const [best] = fitting;
  if (best === undefined) return [];
  return [best, ...all.filter((passage) => passage.article === best.article && passage !== best)];
}

function offer(topics: readonly string[]): string {
  if (topics.length === 0) return '';
  const named = topics.slice(0, TOPICS_NAMED).map((topic) => topic.replace(/[.?!]+$/, ''));
  const more = topics.length - named.length;
  return `I can help with: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`;
}

/** Word groups that joined give the text exactly. */
function pieces(text: string): string[] {
  return text.match(new RegExp(`(?:\\S+\\s*){1,${PIECE_WORDS}}`, 'g')) ?? [];
}
