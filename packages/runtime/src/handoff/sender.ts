import type { Bus } from '../bus/bus.ts';
import type { Registry } from '../registry/registry.ts';
import type { Source } from '../wire/envelope.ts';
import type { Owner } from '../wire/name.ts';
import type { Breakers } from './breakers.ts';
import type { Draws } from './draws.ts';
import type { Spaces } from './durable/spaces.ts';
import type { RetryBudget } from './retry-budget.ts';

/** Who sends: the bus, the view of the mesh, and the name that goes into `source`. */
export interface Sender {
  readonly bus: Bus;
  readonly registry: Registry;
  readonly home: Owner;
  readonly source: () => Source;
  readonly draws: Draws;
  readonly breakers: Breakers;
  readonly retries: RetryBudget;
  /** The way to what is kept of durable runs. */
  readonly spaces: Spaces;
  /** Bytes of a request above which its messages travel by reference. */
  readonly inlineLimit: number;
}
