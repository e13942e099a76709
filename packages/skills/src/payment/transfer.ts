import { z } from 'zod';

/** Names an entry for ever: a second one with the same key changes nothing. */
const Key = z.string().min(1).max(256);
const Party = z.string().min(1).max(256);
/** Whole minor units; what is zero needs no entry. */
const Minor = z.int().positive();

/** The most a user may have spent once this charge counts: in its conversation, and on its day (UTC). */
export const Limits = z.object({
  perConversation: z.int().nonnegative().optional(),
  perDay: z.int().nonnegative().optional(),
});
export type Limits = z.infer<typeof Limits>;

/** One movement of money between two accounts; what the one loses the other gains. */
export const Transfer = z.discriminatedUnion('kind', [
  /** From outside to the user. */
  z.object({ kind: z.literal('deposit'), key: Key, user: Party, amount: Minor }),
  /** From what the user has to what is held for `to`, for `holdMs` from when the broker took the entry. */
  z.object({
    kind: z.literal('reserve'),
    key: Key,
    user: Party,
    amount: Minor,
    to: Party,
    holdMs: z.int().positive(),
    note: z.string().max(500).optional(),
    /** What the charge is part of; absent outside any conversation, and in entries from before there were limits. */
    conversation: z.string().min(1).max(128).optional(),
    limits: Limits.optional(),
  }),
  /** From what is held to the agent that earned it, all or less; the rest goes back to the user. Ends the hold. */
  z.object({ kind: z.literal('settle'), key: Key, user: Party, amount: Minor, reservation: Key }),
  /** From what is held back to the user. Ends the hold. */
  z.object({ kind: z.literal('refund'), key: Key, user: Party, reservation: Key }),
]);
export type Transfer = z.infer<typeof Transfer>;

/** The newest version of entries this code writes and reads. */
export const ENTRY_VERSION = 2;

/** A transfer as it stands in the log. `prev` is the last entry of the user's that counted; 0 when there is none. */
export const Entry = z.object({
  v: z.union([z.literal(1), z.literal(ENTRY_VERSION)]),
  prev: z.int().nonnegative(),
  transfer: Transfer,
});
export type Entry = z.infer<typeof Entry>;

/** A transfer as an entry. Readers that know no limits would count what is over them, so those entries are for others. */
export function toEntry(transfer: Transfer, prev: number): Entry {
  const isLimited = transfer.kind === 'reserve' && transfer.limits !== undefined;
  return { v: isLimited ? ENTRY_VERSION : 1, prev, transfer };
}

/** What makes two transfers the same: not how long a hold lasts, what bounds it, nor what is noted beside it. */
export function bodyOf(transfer: Transfer): string {
  const { kind, user } = transfer;
  switch (kind) {
    case 'deposit':
      return JSON.stringify([kind, user, transfer.amount]);
    case 'reserve':
      return JSON.stringify([kind, user, transfer.amount, transfer.to]);
    case 'settle':
      return JSON.stringify([kind, user, transfer.amount, transfer.reservation]);
    case 'refund':
      return JSON.stringify([kind, user, transfer.reservation]);
  }
}
