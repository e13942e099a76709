const LONGEST_MS = 1000;

/** Settles with `work`, whatever comes of it, or after a second: for last words, which nobody need hear. */
export async function briefly(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LONGEST_MS);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
