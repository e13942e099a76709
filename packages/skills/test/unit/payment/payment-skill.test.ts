import { expect, it } from 'vitest';
import { PaymentSkill } from '../../../src/index.ts';

it.each(['bad name', 'a.b', '', 'a/b/c'])('cannot be given a price for %j, which is no agent', (name) => {
  expect(() => new PaymentSkill({ prices: { [name]: 5 } })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('agent name') }),
  );
});

it('knows agents of other owners by their address', () => {
  expect(() => new PaymentSkill({ prices: { desk: 5, 'acme/desk': '5.00' } })).not.toThrow();
});

it.each([undefined, null, {}, { amount: 5 }])('takes no deposit of %j', async (deposit) => {
  await expect(new PaymentSkill().deposit(deposit as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('"userId"'),
  });
});

it.each([undefined, null, {}])('does not charge %j', async (charge) => {
  await expect(new PaymentSkill().chargeUser(charge as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('"amount"'),
  });
});
