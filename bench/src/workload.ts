/** One streamed answer: so many chunks of 20 bytes. */
export const CHUNKS = 200;
export const CHUNK = 'twenty bytes of text';

/** The slots of one worker process, and how long one job takes, milliseconds. */
export const SLOTS = 4;
export const JOB_MS = 50;
export const QUEUE = 'workers';

/** How often each agent of the registry scenario beats, milliseconds. */
export const BEAT_MS = 5000;

/** Text of so many bytes, in words. */
export function textOf(bytes: number): string {
  return 'where is my parcel, which I ordered a week ago? '
    .repeat(Math.ceil(bytes / 48))
    .slice(0, bytes - 1)
    .concat('.');
}

/** The name of one of the many agents of the registry scenario. */
export const agentName = (index: number) => `agent-${index}`;
