import { z } from 'zod';

/** An amount of money. */
export const Money = z.looseObject({
  /** In the currency's minor unit: cents, yen, fils. */
  amount: z.int('must be a whole number of minor units').nonnegative('must not be negative'),
  /** ISO 4217, three capital letters. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters, as in ISO 4217'),
});
export type Money = z.infer<typeof Money>;
