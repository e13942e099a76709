import type { Model } from '../model/model.ts';
import type { Retriever } from '../model/retriever.ts';
import type { HandoffRecord } from '../wire/result.ts';
import type { Context } from './context.ts';
import type { Emit } from './events.ts';
import type { Output } from './output.ts';
import type { Plan } from './plan.ts';
import type { HandoffPort } from './port.ts';
import type { Speech } from './speech.ts';
import type { UsageMeter } from './usage-meter.ts';

/** What an agent answers with when it answers itself. */
export interface Brain {
  readonly instructions: string;
  readonly model: Model | undefined;
  /** Loaded when the agent is prepared. */
  knowledge: Retriever | undefined;
  /** Agents the model may hand off to, beside the targets of the rules. */
  readonly handoffs: readonly string[];
  /** Calls to the model in one run. */
  readonly maxTurns: number;
  /** The form its own answers have; undefined for text. */
  readonly output: Output | undefined;
}

/** One run in progress: handed from step to step, never kept. */
export interface Run {
  readonly context: Context;
  readonly plan: Plan;
  readonly brain: Brain;
  /** Undefined while the agent is not launched on a mesh. */
  readonly port: HandoffPort | undefined;
  readonly emit: Emit;
  /** Where `emit` and `context.say` meet. */
  readonly speech: Speech;
  /** A handoff may be a transfer: nobody at this agent waits for what comes of it. */
  readonly mayTransfer: boolean;
  /** Handoffs by rule in one run, one after the other; 1 is none beyond the first. */
  readonly maxChain: number;
  /** Handoffs in the order they began, each with those below it; empty while it is under way. */
  readonly handoffs: HandoffRecord[][];
  readonly usage: UsageMeter;
}
