import { z } from 'zod';
import { HandoffMode } from './envelope.ts';
import { ErrorInfo } from './error.ts';
import { Money } from './money.ts';

/** One handoff that happened while a question was answered. */
export const HandoffRecord = z.looseObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  mode: HandoffMode,
  success: z.boolean(),
  durationMs: z.number(),
  error: ErrorInfo.optional(),
});
export type HandoffRecord = z.infer<typeof HandoffRecord>;

/** What models have used: those of a run and of every handoff and question below it, failed turns counted too. */
export const Usage = z.looseObject({
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  /** Turns of a model that were begun; one that tells no tokens counts here alone. */
  modelCalls: z.number().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

/** A handoff by transfer that was taken: its id, and the address of the agent that answers. */
export const Transferred = z.object({ id: z.string(), to: z.string() });
export type Transferred = z.infer<typeof Transferred>;

/** What a run yields, exactly once, whether the agent answered itself, handed off, or failed. */
export const RunResult = z.looseObject({
  success: z.boolean(),
  /** The answer; '' is an answer, null is none. */
  response: z.string().nullable(),
  /** Who answered. */
  agent: z.string(),
  conversation: z.string(),
  id: z.string(),
  durationMs: z.number(),
  /** Every handoff on the way, in the order they began. */
  handoffs: z.array(HandoffRecord),
  /** What the answering agent learnt and wants its source to know. */
  insights: z.record(z.string(), z.unknown()),
  /** A fallback answered in place of the agent that was meant to. */
  fallback: z.boolean(),
  /** The answer as a value, of an agent that answers by a schema; `response` is then its JSON text. */
  data: z.unknown().optional(),
  /** Absent when no model was called. One that makes no sense is no reason to lose the answer. */
  usage: Usage.optional().catch(undefined),
  error: ErrorInfo.optional(),
  /** The answer was turned down by a hook: what of it had streamed is not to be kept. */
  withdrawn: z.boolean().optional().catch(undefined),
  /** The answer is given by another agent, straight to whoever waits for it. It never crosses the bus. */
  transferred: Transferred.optional(),
  /** What of its budget was spent, here and below; absent without a budget, and where nobody knows. */
  spent: Money.optional().catch(undefined),
});
export type RunResult = z.infer<typeof RunResult>;

/** What a handoff yields at its source. */
export interface HandoffResult {
  readonly success: boolean;
  readonly response: string | null;
  readonly insights: Readonly<Record<string, unknown>>;
  readonly fallback: boolean;
  /** The answer as JSON, of a target that answers by a schema. Check it: another process wrote it. */
  readonly data?: unknown;
  /** What the models of the target, and below it, have used; absent when none was called, or a host tells none. */
  readonly usage?: Usage | undefined;
  readonly error?: ErrorInfo;
  /** A hook, here or below, turned the answer down: what of it had streamed is not to be kept. */
  readonly withdrawn?: boolean;
  /** The target answers whoever waits, in place of this agent: there is no response here, and none will come. */
  readonly transferred?: Transferred;
  /** Who answered: the target, or an agent it handed to. */
  readonly agent: string;
  readonly handoffId: string;
  readonly durationMs: number;
  /** Handoffs the target made in turn. */
  readonly handoffs: readonly HandoffRecord[];
  /** What the target spent of the budget it was given; absent without one, and where nobody knows. */
  readonly spent?: Money;
}

/** What `after_handoff` hooks see, and may replace with as little as `{ success: true, response: '...' }`. */
export type HandoffOutcome = Pick<HandoffResult, 'success'> & Partial<HandoffResult>;

/** What a result may have beside the rest, as a piece of another result: half an answer has no value, absent stays absent. */
export function extrasOf(result: Pick<RunResult, 'success' | 'data' | 'usage' | 'withdrawn'>): {
  data?: unknown;
  usage?: Usage;
  withdrawn?: true;
} {
  const { success, data, usage, withdrawn } = result;
  const extras: ReturnType<typeof extrasOf> = {};
  if (success && data !== undefined) extras.data = data;
  if (usage) extras.usage = usage;
  if (!success && withdrawn) extras.withdrawn = withdrawn;
  return extras;
}
