const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The sentences of a paragraph, trimmed, in order. */
export function sentencesOf(text: string): string[] {
  return [...segmenter.segment(text)]
    .map(({ segment }) => segment.trim())
    .filter((segment) => segment !== '');
}

/** Openings that only make sense after the sentence before. */
const LEANS_BACK =
  /^(?:it|its|they|their|them|this|that|these|those|he|she|if (?:so|not)|otherwise|then|after that|in that case|from then on|both|either|neither|and|but|so|also|instead)\b/i;

/** Whether a sentence needs the one before it to be understood. */
export function leansBack(sentence: string): boolean {
  return LEANS_BACK.test(sentence);
}
