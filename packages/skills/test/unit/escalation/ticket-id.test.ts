import { expect, it } from 'vitest';
import { newTicketId, readTicketId } from '../../../src/escalation/ticket-id.ts';

it('makes ids that read back as themselves and hold no letter that is misread', () => {
  for (let tries = 0; tries < 500; tries++) {
    const id = newTicketId();
    expect([id, readTicketId(id)]).toEqual([expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{6}$/), id]);
  }
});

it.each([
  ['7K3QX2', '7K3QX2'],
  ['#7k3qx2', '7K3QX2'],
  [' #7K3QX2 ', '7K3QX2'],
  ['ol3qxi', '013QX1'],
  ['##7K3QX2', undefined],
  ['7K3QX', undefined],
  ['7K3QX22', undefined],
  ['7K3Q.>', undefined],
  ['7K3QXU', undefined],
  ['', undefined],
])('reads %j as %j', (text, id) => {
  expect(readTicketId(text)).toBe(id);
});
