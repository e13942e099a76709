import { BaseAgent } from '@baton/runtime';

/** The model departments use where `OPENAI_API_KEY` is set; otherwise they answer from their articles. */
const MODEL = 'openai/gpt-4o-mini';

/** The folder of an agent's articles, beside both the sources and what is built from them. */
export const knowledgeOf = (agent: string) => new URL(`../knowledge/${agent}/`, import.meta.url);

/** An agent that answers from its own folder of articles. */
export function department(name: string, options: { description: string; instructions: string }): BaseAgent {
  return new BaseAgent({ name, model: MODEL, knowledge: knowledgeOf(name), ...options });
}
