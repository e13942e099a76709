import type { Logger } from 'pino';
import type { BaseAgent } from '../../agent/agent.ts';
import type { Address } from '../../wire/name.ts';
import type { Cancellations } from '../cancellations.ts';
import type { DurableSpace } from './space.ts';
import type { DurableOptions } from './spaces.ts';

/** What a worker works with. */
export interface TaskOptions {
  readonly space: DurableSpace;
  readonly agent: BaseAgent;
  readonly address: Address;
  readonly log: Logger;
  readonly cancellations: Cancellations;
  readonly settings: Required<DurableOptions>;
  readonly instance: string;
  /** Aborted when the instance can wait no longer for what it has in hand. */
  readonly signal: AbortSignal;
}
