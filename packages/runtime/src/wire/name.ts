import { z } from 'zod';
import { BatonError } from './error.ts';

const TOKEN = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const RULE = 'must be 1 to 63 characters of a-z, 0-9, "-" and "_", beginning with a letter or digit';

/** An agent's name: exactly one subject token, so that no name can become another subject. */
export const AgentName = z.string().regex(TOKEN, RULE);
export type AgentName = z.infer<typeof AgentName>;

/** The tenant an agent belongs to; one subject token, like a name. */
export const Owner = z.string().regex(TOKEN, RULE);
export type Owner = z.infer<typeof Owner>;

/** Where a handoff goes: an agent of an owner. */
export interface Address {
  readonly owner: Owner;
  readonly agent: AgentName;
}

/**
 * Reads `agent` (of `home`, one's own owner) or `owner/agent`.
 * @throws {BatonError} INVALID_ARGUMENT when either part is not one subject token.
 */
export function parseAddress(text: unknown, home: Owner): Address {
  if (typeof text !== 'string') {
    throw new BatonError('INVALID_ARGUMENT', `an agent name must be a string, not ${describeValue(text)}`);
  }
  const slash = text.indexOf('/');
  const owner = slash < 0 ? home : text.slice(0, slash);
  const agent = slash < 0 ? text : text.slice(slash + 1);
  if (TOKEN.test(owner) && TOKEN.test(agent)) return { owner, agent };
  throw new BatonError('INVALID_ARGUMENT', `agent name ${quote(text)} ${RULE}; "owner/agent" is allowed too`);
}

/** The shortest text that `parseAddress` reads back for someone at `home`. */
export function formatAddress({ owner, agent }: Address, home: Owner): string {
  return owner === home ? agent : `${owner}/${agent}`;
}

/** Untrusted text, safe to show in one line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/** What plain JavaScript put where something else belongs, for an error. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
