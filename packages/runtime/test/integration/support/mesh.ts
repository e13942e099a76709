import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type JoinOptions, join, type Mesh } from '../../../src/mesh.ts';

/** An owner nobody else uses: tests share one broker and never see each other's agents. */
export const newOwner = () => `t-${randomUUID().slice(0, 8)}`;

/** Joins the suite's broker. */
export function joinTest(owner: string, options: JoinOptions = {}): Promise<Mesh> {
  return join({ server: inject('broker'), owner, ...options });
}
