/** Forms no rule reaches. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bought: 'buy',
    broke: 'break',
    broken: 'break',
    children: 'child',
    chose: 'choose',
    chosen: 'choose',
    froze: 'freeze',
    frozen: 'freeze',
    held: 'hold',
    // Wrapping, where "package" is a parcel.
    packaging: 'packaging',
    lose: 'lost',
    losing: 'lost',
    loss: 'lost',
    paid: 'pay',
    sent: 'send',
    sold: 'sell',
    spent: 'spend',
    stole: 'steal',
    stolen: 'steal',
    took: 'take',
    taken: 'take',
    withdrawn: 'withdraw',
    withdrew: 'withdraw',
    wrote: 'write',
    written: 'write',
  }),
);

const VOWEL = /[aeiouy]/;

/** Ordered: the first suffix that fits goes, when what remains has at least the given length. */
const DERIVED: readonly (readonly [suffix: string, remains: number, becomes: string])[] = [
  ['ification', 2, 'ify'],
  ['ation', 4, ''],
  ['ment', 3, ''],
  ['ness', 4, ''],
  ['able', 4, ''],
  ['ally', 4, 'al'],
  ['ly', 4, ''],
  ['ion', 4, ''],
  ['ate', 4, ''],
  ['al', 5, ''],
];

function singular(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:[sx]|ch|sh)es$/.test(word) && word.length > 4) return word.slice(0, -2);
  if (/[^sui]s$/.test(word)) return word.slice(0, -1);
  return word;
}

function withoutTense(word: string): string {
  if (word.endsWith('ied') && word.length > 4) return `${word.slice(0, -3)}y`;
  for (const suffix of ['ing', 'ed']) {
    if (!word.endsWith(suffix)) continue;
    const rest = word.slice(0, -suffix.length);
    if (rest.length < 3 || !VOWEL.test(rest)) return word;
    return rest.endsWith('at') ? `${rest}e` : rest;
  }
  return word;
}

function withoutDerivation(word: string): string {
  for (const [suffix, remains, becomes] of DERIVED) {
    if (word.endsWith(suffix) && word.length - suffix.length >= remains) {
      return word.slice(0, -suffix.length) + becomes;
    }
  }
  return word;
}

/**
 * The form under which a lower-case English word is indexed: "parcels" meets "parcel", "charged" meets "charge",
 * "deliveries" meets "delivered". The suffix steps follow Porter (1980), "An algorithm for suffix stripping", cut
 * down to those that matter in short help texts; the result need not be a word.
 */
export function stem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined && irregular !== word) return stem(irregular);
  if (irregular !== undefined) return word;
  if (word.length <= 3 || /\d/.test(word)) return word;
  let form = withoutDerivation(withoutTense(singular(word)));
  if (form.length > 3 && /e$/.test(form)) form = form.slice(0, -1);
  if (form.length > 4 && /[^aeiou]y$/.test(form)) form = form.slice(0, -1);
  if (form.length > 3 && /([^aeiou])\1$/.test(form)) form = form.slice(0, -1);
  return form;
}
