import { randomInt } from 'node:crypto';

/** Without I, L, O and U, which are misread or misheard. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 6;
const FORM = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** One of about a thousand million; whether it is free is for the store to say. */
export function newTicketId(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** An id as somebody wrote it, with or without `#`, in any case, `o` for `0`; undefined when it can be none. */
export function readTicketId(text: string): string | undefined {
  const id = text.trim().replace(/^#/, '').toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  return FORM.test(id) ? id : undefined;
}
