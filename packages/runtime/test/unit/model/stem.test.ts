import { expect, test } from 'vitest';
import { stem } from '../../../src/model/stem.ts';

test.each([
  ['parcel', 'parcels'],
  ['charge', 'charged', 'charges', 'charging'],
  ['refund', 'refunds', 'refunded', 'refunding'],
  ['delivery', 'deliveries', 'deliver', 'delivered', 'delivering'],
  ['cancel', 'cancelled', 'canceled', 'cancellation', 'cancelling'],
  ['verify', 'verified', 'verification', 'verifying'],
  ['activate', 'activated', 'activation'],
  ['update', 'updates', 'updated', 'updating'],
  ['pay', 'pays', 'paid', 'paying', 'payment', 'payments'],
  ['drop', 'dropped', 'dropping', 'drops'],
  ['lose', 'lost', 'losing'],
  ['take', 'taken', 'took', 'taking'],
  ['break', 'broke', 'broken', 'breaking'],
  ['freeze', 'froze', 'frozen', 'freezing'],
  ['steal', 'stole', 'stolen', 'stealing'],
  ['box', 'boxes'],
  ['crash', 'crashes', 'crashed', 'crashing'],
  ['battery', 'batteries'],
  ['address', 'addresses'],
])('%s meets its other forms', (word, ...forms) => {
  expect(forms.map(stem)).toEqual(forms.map(() => stem(word)));
});

test.each([
  ['package', 'packaging'],
  ['card', 'care'],
  ['bus', 'busy'],
  ['ship', 'shop'],
])('%s and %s stay apart', (one, other) => {
  expect(stem(one)).not.toBe(stem(other));
});

test('short words and codes stay as they are', () => {
  expect(['app', 'pin', 'gas', 'e05', 'lm12345678s'].map(stem)).toEqual([
    'app',
    'pin',
    'gas',
    'e05',
    'lm12345678s',
  ]);
});
