import { stem } from './stem.ts';
import { COURTESY_WORDS, NEGATIONS, STOP_WORDS, WEAK_WORDS } from './stop-words.ts';

/** What is read of a question: a pasted log of megabytes says no more about its subject than its two ends do. */
const READ_CHARACTERS = 8000;
const READ_TERMS = 200;

/**
 * The lower-case words of a text, without accents and apostrophes; "wi-fi" and "e-mail" are one word each, "how much"
 * asks for the cost, and money back is a refund.
 */
export function tokenize(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/(\p{L})['\u2019](?=\p{L})/gu, '$1')
    .replace(/\bhow much\b/g, 'how cost')
    .replace(/\bmoney back\b/g, 'refund');
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

/** The distinct indexed terms of a question. A long one is read at its beginning and its end only. */
export function queryTermsOf(text: string): string[] {
  return ends(termsOf(readable(text)), READ_TERMS);
}

/** The terms of a question that carry its subject: no weak words, no bare numbers. Empty for "what can I do?". */
export function subjectOf(text: string): string[] {
  return queryTermsOf(text).filter((term) => !isWeak(term) && !/^\d+$/.test(term));
}

/** Whether a message is a greeting or thanks and asks nothing. */
export function isCourtesy(text: string): boolean {
  const said = tokenize(readable(text));
  return said.length > 0 && said.every((word) => COURTESY_WORDS.has(word));
}

const NUMBER_WORDS = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** The small numbers a text names, in digits: "three days" and "3 days" name 3. */
export function numbersOf(text: string): string[] {
  const numbers = tokenize(readable(text)).map((word) => {
    const place = NUMBER_WORDS.indexOf(word);
    return place < 0 ? word : String(place + 2);
  });
  return [...new Set(numbers.filter((number) => /^\d{1,3}$/.test(number)))];
}

function readable(text: string): string {
  // Some characters are whole phrases when they are taken apart.
  return cut(cut(text).normalize('NFKD'));
}

function cut(text: string): string {
  if (text.length <= READ_CHARACTERS) return text;
  // Without the words that are cut in two.
  const beginning = text.slice(0, READ_CHARACTERS / 2).replace(/\s\S*$/, '');
  const end = text.slice(-READ_CHARACTERS / 2).replace(/^\S*\s/, '');
  return `${beginning} ${end}`;
}

function ends<T>(items: readonly T[], most: number): T[] {
  return items.length <= most ? [...items] : [...items.slice(0, most / 2), ...items.slice(-most / 2)];
}
