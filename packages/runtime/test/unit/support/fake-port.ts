import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import type { HandoffOrder, HandoffPort } from '../../../src/agent/port.ts';
import type { HandoffResult } from '../../../src/wire/result.ts';

/** The mesh as an agent sees it, without one: every handoff is recorded and answered by `answer`. */
export interface FakePort extends HandoffPort {
  readonly orders: HandoffOrder[];
  readonly checked: string[];
}

export interface FakePortOptions {
  /** Throws to refuse, as the source's own checks do. */
  check?(order: HandoffOrder): void;
  answer?(order: HandoffOrder): Promise<HandoffResult> | HandoffResult;
}

export function fakePort({ check = () => {}, answer = answered }: FakePortOptions = {}): FakePort {
  const orders: HandoffOrder[] = [];
  const checked: string[] = [];
  const port: Pick<HandoffPort, 'owner' | 'check' | 'carryOut' | 'isAvailable' | 'takesTransfers' | 'peers'> =
    {
      owner: 'test',
      check: (order) => {
        checked.push(order.target);
        check(order);
      },
      carryOut: async (order, emit) => {
        orders.push(order);
        const result = await answer(order);
        if (result.response) emit({ type: 'text', text: result.response });
        return result;
      },
      isAvailable: (name) => name !== 'dead',
      takesTransfers: () => false,
      peers: () => [],
    };
  return Object.assign(port as HandoffPort, { orders, checked });
}

/** A target that answers with its own name. */
export function answered(order: HandoffOrder, changes: Partial<HandoffResult> = {}): HandoffResult {
  return {
    success: true,
    response: `${order.target} answers`,
    insights: {},
    fallback: false,
    agent: order.target,
    handoffId: order.id,
    durationMs: 1,
    handoffs: [],
    ...changes,
  };
}

/** A log that keeps its lines. */
export function memoryLog(): Logger & { lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return Object.assign(pino({ level: 'debug' }, stream), { lines });
}
