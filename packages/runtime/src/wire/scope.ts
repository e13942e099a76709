import { z } from 'zod';
import type { Caller } from './envelope.ts';

/** Each of these includes the ones before it; a named user holds `user`. */
const RANKED = ['all', 'user', 'owner', 'admin'];

/** Who may use an agent, a handoff, a tool or a hook: one of the four ranks, or a name of the author's own. */
export const Scope = z
  .string()
  .regex(
    /^[a-z][a-z0-9_:-]{0,62}$/,
    'must be 1 to 63 characters of a-z, 0-9, "_", ":" and "-", beginning with a letter',
  );
export type Scope = z.infer<typeof Scope>;

/** Whether a caller may use what asks for `required`. A scope nobody gave the caller is refused, known or not. */
export function isAllowed(required: Scope | undefined, caller: Caller): boolean {
  if (required === undefined || required === 'all') return true;
  const rank = RANKED.indexOf(required);
  if (rank < 0) return caller.scopes.includes(required);
  const held = caller.scopes.map((scope) => RANKED.indexOf(scope));
  return Math.max(caller.user === undefined ? 0 : 1, ...held) >= rank;
}
