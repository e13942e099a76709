import { AgentName, BatonError } from '@baton/runtime';
import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { MAX_REPLICAS } from '../supervisor/agent-spec.ts';

/** Every message says what was expected; `describeProblem` adds where it stands and what stands there. */
const NAME = 'a name of 1 to 63 characters of a-z, 0-9, "-" and "_", beginning with a letter or digit';
const MODULE = 'a package such as "@baton/agents/billing-department", or a file such as "./billing.ts"';
const REPLICAS = `a whole number from 0 to ${MAX_REPLICAS}`;
const HEARTBEAT = 'a duration from 100ms to 10m, such as "2s"';
const ENV_VALUE = 'a text, a number or a boolean';

/** Owners and agents are named alike: one token of a subject. */
const isName = (text: string) => AgentName.safeParse(text).success;

const Heartbeat = z.string(HEARTBEAT).transform((text, context) => {
  try {
    const ms = parseDuration(text, 'heartbeat');
    if (ms >= 100 && ms <= 600_000) return ms;
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
  }
  context.addIssue({ code: 'custom', message: HEARTBEAT });
  return z.NEVER;
});

export const AgentEntry = z.strictObject(
  {
    module: z.string(MODULE).min(1, MODULE),
    replicas: z.int(REPLICAS).min(0, REPLICAS).max(MAX_REPLICAS, REPLICAS).default(1),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'),
        z.union([z.string(), z.number(), z.boolean()], ENV_VALUE).transform(String),
        'environment variables, one "NAME: value" a line',
      )
      .default({}),
  },
  'an agent with at least its "module"',
);

export const TryEntry = z.strictObject(
  {
    ask: z.string('the name of an agent in this file'),
    question: z.string('a question').trim().min(1, 'a question'),
  },
  'an "ask" and a "question"',
);

/** What `mesh.yaml` may hold. */
export const MeshFile = z.strictObject(
  {
    owner: z.string(NAME).refine(isName, NAME).default('default'),
    heartbeat: Heartbeat.optional(),
    agents: z
      .record(z.string().refine(isName, NAME), AgentEntry, 'the agents, each with its "module"')
      .refine((agents) => Object.keys(agents).length > 0, 'at least one agent'),
    try: z.array(TryEntry, 'a list of questions').default([]),
  },
  'a mesh file: "agents:" and the agents below it',
);
export type MeshFile = z.infer<typeof MeshFile>;
