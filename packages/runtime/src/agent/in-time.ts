/**
 * Settles with `work`, or rejects when it is not done within `ms`. `more` is asked then whether to wait on, and how
 * long, milliseconds; undefined for no longer.
 */
export async function inTime<T>(
  work: PromiseLike<T>,
  ms: number,
  more: () => number | undefined = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const wait = (next: number, waited: number) => {
      timer = setTimeout(() => {
        const rest = more();
        if (rest === undefined) reject(new Error(`no end within ${Math.round(waited)} ms`));
        else wait(rest, waited + rest);
      }, next);
    };
    wait(ms, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
