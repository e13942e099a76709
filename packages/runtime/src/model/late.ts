/**
 * What an agent may never need, loaded when it does. The file has nothing else in it: tsx writes anew, and keeps in memory,
 * every file with an `import()`, and with this one that costs nothing.
 */
export const loadOpenAi = () => import('openai');
export const loadExtractAnswer = () => import('./extract-answer.ts');
export const loadKnowledgeIndex = () => import('./knowledge.ts');
