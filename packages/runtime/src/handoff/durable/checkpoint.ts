/** Where the process that submits durable work, or does it, may die: before and after each of its steps. */
export const CHECKPOINTS = [
  'before submit',
  'after submit',
  'before attempt',
  'after attempt',
  'before effect',
  'after effect',
  'after step',
  'before failure',
  'after failure',
  'before record',
  'after record',
  'before letter',
  'after letter',
  'before ack',
  'after ack',
] as const;

/** Called at each of them. The default does nothing; tests let the process die there. */
export type Checkpoint = (name: (typeof CHECKPOINTS)[number]) => void;
