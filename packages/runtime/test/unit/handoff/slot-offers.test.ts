import { expect, it } from 'vitest';
import { SlotOffers } from '../../../src/handoff/slot-offers.ts';
import { Slots } from '../../../src/handoff/slots.ts';

/** Slots that are offered to a bus that only counts. */
function offered(capacity: number) {
  const slots = new Slots({ capacity, patienceMs: 60_000 });
  const made: number[] = [];
  const offers = {
    left: 0,
    add(count: number) {
      made.push(count);
      this.left += count;
    },
    reduceTo(count: number) {
      this.left = Math.min(this.left, count);
    },
  };
  const mesh = { isWanted: true };
  const later = (callback: () => void) => callback();
  const slotOffers = new SlotOffers({ slots, offers, isWanted: () => mesh.isWanted, later });
  /** Prompts that come by the offers. */
  const draw = (count: number) => {
    for (let i = 0; i < count; i++) {
      offers.left -= 1;
      expect(slots.tryTake()).toBe(true);
    }
  };
  return { slots, offers, made, mesh, slotOffers, draw };
}

it('offers the places that are free, each again when it is free again', () => {
  const { slots, offers, made, draw } = offered(4);
  expect(offers.left).toBe(4);
  draw(4);
  expect(offers.left).toBe(0);
  slots.release();
  slots.release();
  expect([offers.left, made]).toEqual([2, [4, 1, 1]]);
});

it('never has more on offer than is free, whoever takes a place', () => {
  const { slots, offers } = offered(4);
  slots.tryTake();
  expect(offers.left).toBe(3);
  slots.release();
  expect(offers.left).toBe(4);
});

it('gives a place to whoever waits for one here, and offers it only then', () => {
  const { slots, offers, draw } = offered(1);
  draw(1);
  void slots.take(50);
  slots.release();
  expect(offers.left).toBe(0);
  slots.release();
  expect(offers.left).toBe(1);
});

it('gathers several places to one offer while most are on offer already', () => {
  const { slots, offers, made, draw } = offered(16);
  draw(3);
  for (let i = 0; i < 2; i++) slots.release();
  expect([offers.left, made]).toEqual([13, [16]]);
  draw(4);
  slots.release();
  expect([offers.left, made]).toEqual([12, [16, 3]]);
});

it('offers nothing to nobody: not before there is a sibling, and not once it has stopped', () => {
  const { slots, offers, mesh, slotOffers } = offered(4);
  mesh.isWanted = false;
  slotOffers.update();
  expect(offers.left).toBe(0);
  mesh.isWanted = true;
  slotOffers.update();
  expect(offers.left).toBe(4);
  offers.reduceTo(0);
  slotOffers.stop();
  slotOffers.update();
  slots.tryTake();
  slots.release();
  expect(offers.left).toBe(0);
});
