import { parse } from 'yaml';
import type { Bus } from '../../../packages/runtime/src/bus/bus.ts';
import { openSpace } from '../../../packages/runtime/src/handoff/durable/space.ts';
import { Owner } from '../../../packages/runtime/src/wire/name.ts';
import { textAt } from './repository.ts';

/** The agents of the demo's mesh file and their modules. */
export function demoAgents(): Map<string, string> {
  const { agents } = parse(textAt('mesh.yaml')) as { agents: Record<string, { module: string }> };
  return new Map(Object.entries(agents).map(([name, { module }]) => [name, module]));
}

/** The streams the runtime keeps of an owner: the one of waiting work, and all of them. */
export function streamsOf(owner: string): { task: string; all: string[] } {
  const all: string[] = [];
  const tasks: string[] = [];
  const bus = {
    workQueue: ({ name }: { name: string }) => void tasks.push(name),
    kept: ({ name }: { name: string }) => void all.push(name),
  };
  openSpace(bus as unknown as Bus, Owner.parse(owner), () => {});
  const [task = ''] = tasks;
  return { task, all: [task, ...all] };
}
