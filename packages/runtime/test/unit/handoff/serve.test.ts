import { pino } from 'pino';
import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { Roster } from '../../../src/agent/roster.ts';
import type { Bus } from '../../../src/bus/bus.ts';
import { Cancellations } from '../../../src/handoff/cancellations.ts';
import { KeepAlive } from '../../../src/handoff/keep-alive.ts';
import { type Serving, servePrompt } from '../../../src/handoff/serve.ts';
import { Slots } from '../../../src/handoff/slots.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

/** One instance with one place, and what it says on the bus and gives back, in order. */
function instance() {
  const said: string[] = [];
  const slots = new Slots({ capacity: 1, patienceMs: 60_000 });
  slots.onFree(() => said.push('free'));
  const bus = {
    maxPayload: 1024,
    isDown: false,
    publishSoon: (
      _subject: string,
      data: Uint8Array,
      { headers }: { headers?: Record<string, string> } = {},
    ) => {
      said.push(headers?.['Nats-Service-Error-Code'] ?? (data.length === 0 ? 'end' : 'more'));
    },
  } as unknown as Bus;
  const serving: Serving = {
    bus,
    agent: new BaseAgent({ name: 'desk', model: scriptedModel('done') }),
    address: { owner: 'me', agent: 'desk' },
    slots,
    mayWait: true,
    cancellations: new Cancellations(),
    keepAlive: new KeepAlive(bus),
    log: pino({ enabled: false }),
    ack: () => '{}',
    deadlines: new Roster(),
  };
  const prompt = { subject: 'x', reply: 'r', data: new TextEncoder().encode('hi') };
  return { said, slots, serving, prompt };
}

it('gives its place back before the caller hears the end, and once', async () => {
  const { said, slots, serving, prompt } = instance();
  await servePrompt(serving, prompt);
  expect(said.slice(-2)).toEqual(['free', 'end']);
  expect([slots.used, said.filter((word) => word === 'free')]).toEqual([0, ['free']]);
});

it('turns away at once what was drawn for a place that has been taken meanwhile', async () => {
  const { said, slots, serving, prompt } = instance();
  slots.tryTake();
  await servePrompt({ ...serving, mayWait: false }, prompt);
  expect(said).toEqual(['429', 'end']);
  expect(slots.used).toBe(1);
});
