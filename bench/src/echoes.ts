import type { Bench } from './bench.ts';
import type { Child } from './processes/child.ts';
import type { RoleOptions } from './processes/role.ts';

/** The subject of bare NATS for what an agent of that name does. */
export const rawSubject = ({ owner }: Bench, name: string) => `bench.${owner}.${name}`;

/** Echoes in a row, once for each side. */
export interface Echoes {
  readonly raw: readonly Child[];
  readonly baton: readonly Child[];
}

/** Starts echoes, each in a process of its own: each hands to the one after it, the last one answers. */
export async function startEchoes(
  bench: Bench,
  names: readonly string[],
  more: Pick<RoleOptions, 'modes'> = {},
): Promise<Echoes> {
  const { server, owner, children } = bench;
  const start = (role: string, nameOf: (name: string) => string) =>
    Promise.all(
      names.map((name, index) => {
        const next = names[index + 1];
        const onward = next === undefined ? {} : { next: nameOf(next) };
        return children.start(role, { server, owner, name: nameOf(name), ...onward, ...more });
      }),
    );
  const [raw, baton] = await Promise.all([
    start('raw-echo', (name) => rawSubject(bench, name)),
    start('echo-agent', (name) => name),
  ]);
  return { raw, baton };
}
