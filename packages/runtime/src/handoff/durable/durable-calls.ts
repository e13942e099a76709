import { iterate, type RunEvent } from '../../agent/events.ts';
import type { Backlog } from '../../bus/work-queue.ts';
import type { Message } from '../../wire/message.ts';
import type { RunResult } from '../../wire/result.ts';
import type { AskOptions } from '../ask.ts';
import type { Sender } from '../sender.ts';
import { backlogOf } from './backlog-of.ts';
import { type DeadLetters, deadLetters } from './dead-letters.ts';
import { followRun, resultOf, submit, waitForResult } from './durable-runs.ts';

/** What a member of the mesh can do with durable runs. */
export abstract class DurableCalls {
  protected abstract readonly sender: Sender;

  /**
   * Asks with durable delivery and does not wait for the answer: returns the run's id once the broker keeps the request.
   * @throws {BatonError} as `ask`, and what else keeps the request from being taken: NOT_FOUND, FAILED_PRECONDITION
   * (no JetStream, or the id belongs to another request), RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, CANCELLED.
   */
  submit(
    target: string,
    question: string | readonly Message[],
    options: Omit<AskOptions, 'delivery' | 'onQuery'> = {},
  ): Promise<{ readonly id: string }> {
    return submit(this.sender, { target, question, options });
  }

  /**
   * The result of a durable run; undefined while it is under way. With `wait`, it is waited for, to the run's deadline.
   * @throws {BatonError} NOT_FOUND for an id nobody knows, or whose result is kept no longer; UNAVAILABLE, CANCELLED.
   */
  result(
    id: string,
    options: { readonly wait: true; readonly signal?: AbortSignal | undefined },
  ): Promise<RunResult>;
  result(id: string): Promise<RunResult | undefined>;
  result(
    id: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<RunResult | undefined> {
    return options ? waitForResult(this.sender, id, options) : resultOf(this.sender, id);
  }

  /**
   * Follows a durable run, from the piece of text after `from` (default: all that is kept); the last event is the
   * result. Leaving the loop changes nothing for the run.
   */
  attach(
    id: string,
    { from, signal: parent }: { readonly from?: number; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<RunEvent> {
    return iterate((tell, signal) => followRun(this.sender, id, { from, signal, tell }), parent);
  }

  /**
   * How much durable work there is for an agent, as the broker counts it: what a scaler wants to know. Looking makes
   * nothing; a broker that can keep no work has none.
   * @throws {BatonError} INVALID_ARGUMENT for what is no name, UNAVAILABLE.
   */
  backlog(agent: string): Promise<Backlog> {
    return backlogOf(this.sender, agent);
  }

  /** Durable work that was given up. */
  get deadLetters(): DeadLetters {
    return deadLetters(this.sender);
  }
}
