import { createHash } from 'node:crypto';
import type { AgentCard } from '../wire/card.ts';

/** Names a card's content in 16 hex digits: equal cards, equal hash, whatever the order of their keys. */
export function cardHash(card: AgentCard): string {
  return createHash('sha256').update(canonical(card)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
