/** One line for all slots: calls come at random, jobs take exponential time, whoever is first in line gets the slot that is free. */
export interface CentralQueue {
  readonly slots: number;
  /** Of what the slots could do, below 1. */
  readonly load: number;
  readonly jobMs: number;
}

/** What Erlang's formula says of a central queue (M/M/c): the best that any dispatch without knowledge of the jobs can do. */
export function centralQueue({ slots, load, jobMs }: CentralQueue) {
  const waits = waitingShare(slots, load);
  // While all slots are busy, the line shrinks by one in this time.
  const stepMs = jobMs / (slots * (1 - load));
  const quantile = (share: number) => Math.max(0, Math.log(waits / (1 - share)) * stepMs);
  return { waits, meanMs: waits * stepMs, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

/** Erlang C by way of Erlang B, whose recursion stays within 0 and 1 for any number of slots. */
function waitingShare(slots: number, load: number): number {
  let blocked = 1;
  for (let servers = 1; servers <= slots; servers++) {
    const offered = load * slots * blocked;
    blocked = offered / (servers + offered);
  }
  return blocked / (1 - load * (1 - blocked));
}
