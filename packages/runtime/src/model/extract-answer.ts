import type { ModelRequest } from './model.ts';
import type { Passage } from './retriever.ts';
import { selectAnswer } from './select-answer.ts';
import { isCourtesy, subjectOf } from './terms.ts';

/** Titles named when nothing fits; the rest is counted. */
const TOPICS_NAMED = 8;

/** The whole answer of `local/extractive`: sentences of the article that fits, or what there is to be asked about. */
export function extractAnswer(request: ModelRequest, minScore: number): string {
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
