import { createHash } from 'node:crypto';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** An agent that answers with the length and the hash of what it was asked. */
export const digest = (name = 'digest') =>
  new BaseAgent({
    name,
    model: scriptedModel(({ messages }) => {
      const text = messages.at(-1)?.content ?? '';
      return [{ type: 'text', text: `${text.length} ${sha256(text)}` }];
    }),
  });
