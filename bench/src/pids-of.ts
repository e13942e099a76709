import type { Bench } from './bench.ts';
import type { Child } from './processes/child.ts';

/** The processes whose CPU counts, beside this one. */
export function pidsOf({ brokerPid }: Bench, children: readonly Child[]): number[] {
  const pids = children.map(({ pid }) => pid);
  return brokerPid === undefined ? pids : [brokerPid, ...pids];
}
