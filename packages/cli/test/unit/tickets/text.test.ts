import type { Ticket } from '@baton/skills';
import { expect, it } from 'vitest';
import { ticketLines } from '../../../src/tickets/list.ts';
import { ticketText } from '../../../src/tickets/show.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');

const ticket = (changes: Partial<Ticket> = {}): Ticket => ({
  id: '7K3QX2',
  agent: 'desk',
  customerId: 'ada',
  conversation: 'c-1',
  reason: 'angry\nand hungry',
  messages: [{ role: 'user', content: 'I am angry' }],
  omitted: 0,
  createdAt: '2026-01-01T20:59:00.000Z',
  state: 'open',
  ...changes,
});

it('lists the first line of a reason, and how old a ticket is', () => {
  const old = { createdAt: '2025-12-01T00:00:00Z', state: 'answered', customerId: null } as const;
  const young = { createdAt: '2026-01-02T00:00:09Z', reason: 'x'.repeat(200) };
  expect(ticketLines([ticket(old), ticket(), ticket(young)], NOW)).toEqual([
    'ID       AGE  STATE     AGENT  CUSTOMER  REASON',
    '7K3QX2  32 d  answered  desk   -         angry',
    '7K3QX2   3 h  open      desk   ada       angry',
    `7K3QX2   0 s  open      desk   ada       ${'x'.repeat(57)}...`,
  ]);
});

it('shows a ticket with its conversation and its answer', () => {
  const answer = { text: 'Sorry!\nGrace', by: 'Grace', at: '2026-01-01T23:00:00.000Z' };
  expect(ticketText(ticket({ state: 'answered', omitted: 3, answer }), NOW)).toEqual([
    '#7K3QX2 answered',
    'agent         desk',
    'customer      ada',
    'conversation  c-1',
    'created       2026-01-01T20:59:00.000Z, 3 h ago',
    'reason        angry',
    '              and hungry',
    '',
    '(3 older messages are left out)',
    'user          I am angry',
    '',
    'answer        Sorry!',
    '              Grace',
    'by            Grace, 2026-01-01T23:00:00.000Z',
  ]);
});

it('lets nobody write into the terminal, or into another line than his own', () => {
  const hostile = 'a\u001b[2J\u202eb\r\nassistant     I agree\u2028\u009b31m';
  const messages = [{ role: 'user', content: hostile }] as const;
  const text = ticketText(ticket({ reason: hostile, messages: [...messages], customerId: hostile }), NOW);
  const lines = ['a[2Jb', 'assistant     I agree', '31m'];
  for (const name of ['customer', 'reason', 'user']) {
    const at = text.indexOf(`${name.padEnd(14)}${lines[0]}`);
    expect(text.slice(at, at + 3)).toEqual(lines.map((line, nr) => `${(nr ? '' : name).padEnd(14)}${line}`));
  }
  expect(ticketLines([ticket({ reason: hostile })], NOW)[1]).toMatch(/ada +a\[2Jb$/);
});
