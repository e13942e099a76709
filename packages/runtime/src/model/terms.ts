import { stem } from './stem.ts';
import { COURTESY_WORDS, NEGATIONS, STOP_WORDS, WEAK_WORDS } from './stop-words.ts';

/**
 * The lower-case words of a text, without accents and apostrophes; "wi-fi" and "e-mail" are one word each, and
 * "how much" asks for the cost.
 */
export function tokenize(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/(\p{L})['\u2019](?=\p{L})/gu, '$1')
    .replace(/\bhow much\b/g, 'how cost');
  const runs = plain.match(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu) ?? [];
  return runs.flatMap((run) => {
    const parts = run.split('-');
    return parts.some((part) => part.length <= 2) ? [parts.join('')] : parts;
  });
}

/** The indexed form of a word, or null for one that says nothing about the subject. */
export function termOf(word: string): string | null {
  if (word.length < 2 || STOP_WORDS.has(word)) return null;
  return NEGATIONS.has(word) ? 'not' : stem(word);
}

const WEAK_TERMS: ReadonlySet<string> = new Set([...WEAK_WORDS].map(stem));

/** Whether an indexed term only helps to choose between articles. */
export function isWeak(term: string): boolean {
  return WEAK_TERMS.has(term);
}

/** The distinct indexed terms of a text, in order of appearance, the weak ones included. */
export function termsOf(text: string): string[] {
  const terms = tokenize(text)
    .map(termOf)
    .filter((term) => term !== null);
  return [...new Set(terms)];
}

/** The distinct terms of a text that carry its subject: no weak words, no bare numbers. Empty for "what can I do?". */
export function subjectOf(text: string): string[] {
  return termsOf(text).filter((term) => !isWeak(term) && !/^\d+$/.test(term));
}

/** Whether a message is a greeting or thanks and asks nothing. */
export function isCourtesy(text: string): boolean {
  const said = tokenize(text);
  return said.length > 0 && said.every((word) => COURTESY_WORDS.has(word));
}
