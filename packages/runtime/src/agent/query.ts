import { explainIssue } from '../wire/envelope.ts';
import { HandoffError } from '../wire/error.ts';
import { HandoffMetadata } from '../wire/metadata.ts';
import type { HandoffResult } from '../wire/result.ts';
import { attemptHandoff } from './attempt-handoff.ts';
import type { QueryOptions } from './context-options.ts';
import { withTimeout } from './handoff-step.ts';
import { newId } from './id.ts';
import { checkJsonFields } from './json-fields.ts';
import type { Run } from './run.ts';

/**
 * Asks another agent in the course of a run. What it streams is not part of this run's answer; that it was
 * asked is part of its record. Never rejects.
 */
export function query(
  run: Run,
  target: string,
  options: QueryOptions & { question: string },
): Promise<HandoffResult> {
  const { question, context = {}, timeout, budget } = options;
  const messages = [{ role: 'user', content: question }] as const;
  const id = run.context.scope.journal?.handoffId(target, messages) ?? newId();
  return attemptHandoff(run, {
    id,
    mode: () => 'call',
    target: () => target,
    emit: (event) => {
      if (event.type === 'handoff' || event.type === 'query') run.emit(event);
    },
    prepare: async (port) => {
      if (typeof question !== 'string' || question.trim() === '') {
        throw new HandoffError('the question must be a text, and not an empty one', {
          code: 'INVALID_ARGUMENT',
          target,
        });
      }
      checkJsonFields('context', context);
      const metadata = HandoffMetadata.safeParse({
        ...(timeout !== undefined && { timeout }),
        ...(budget !== undefined && { budget }),
      });
      if (!metadata.success) {
        throw new HandoffError(`query option ${explainIssue(metadata.error)}`, {
          code: 'INVALID_ARGUMENT',
          target,
        });
      }
      const order = {
        id,
        mode: 'call',
        target,
        messages,
        context,
        metadata: metadata.data,
        scope: withTimeout(run.context.scope, timeout),
      } as const;
      port.check(order);
      return order;
    },
  });
}
