import { AgentName, BatonError } from '@baton/runtime';
import { z } from 'zod';
import { DEFAULT_COOLDOWN_MS, DEFAULT_TARGET, type ScaleBounds } from '../autoscale/scale-bounds.ts';
import { parseDuration } from '../duration.ts';
import { MAX_REPLICAS } from '../supervisor/agent-spec.ts';

/** Every message says what was expected; `describeProblem` adds where it stands and what stands there. */
const NAME = 'a name of 1 to 63 characters of a-z, 0-9, "-" and "_", beginning with a letter or digit';
const MODULE = 'a package such as "@baton/agents/billing-department", or a file such as "./billing.ts"';
const REPLICAS = `a whole number from 0 to ${MAX_REPLICAS}`;
const MIN = `a whole number from 0 to ${MAX_REPLICAS}, and not above "max"`;
const MAX = `a whole number from 1 to ${MAX_REPLICAS}`;
const TARGET = 'a share from 0.1 to 1, such as 0.7';
const COOLDOWN = 'a duration from 1s to 24h, such as "30s"';
const HEARTBEAT = 'a duration from 100ms to 10m, such as "2s"';
const ENV_VALUE = 'a text, a number or a boolean';

/** Owners and agents are named alike: one token of a subject. */
const isName = (text: string) => AgentName.safeParse(text).success;

/** A duration as text, read as milliseconds. */
const duration = (field: string, expected: string, [least, most]: readonly [number, number]) =>
  z.string(expected).transform((text, context) => {
    try {
      const ms = parseDuration(text, field);
      if (ms >= least && ms <= most) return ms;
    } catch (error) {
      if (!(error instanceof BatonError)) throw error;
    }
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });

/** Between which bounds an agent is scaled by itself; the defaults are those of docs/autoscale.md. */
export const ScaleEntry = z
  .strictObject(
    {
      min: z.int(MIN).min(0, MIN).max(MAX_REPLICAS, MIN).default(1),
      max: z.int(MAX).min(1, MAX).max(MAX_REPLICAS, MAX),
      target: z.number(TARGET).min(0.1, TARGET).max(1, TARGET).default(DEFAULT_TARGET),
      cooldown: duration('cooldown', COOLDOWN, [1000, 86_400_000]).default(DEFAULT_COOLDOWN_MS),
    },
    'bounds, such as "{ min: 1, max: 8 }"',
  )
  .refine(({ min, max }) => min <= max || max < 1, { path: ['min'], message: MIN })
  .transform(({ cooldown, ...bounds }): ScaleBounds => ({ ...bounds, cooldownMs: cooldown }));

export const AgentEntry = z.strictObject(
  {
    module: z.string(MODULE).min(1, MODULE),
    replicas: z.int(REPLICAS).min(0, REPLICAS).max(MAX_REPLICAS, REPLICAS).optional(),
    scale: ScaleEntry.optional(),
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
    heartbeat: duration('heartbeat', HEARTBEAT, [100, 600_000]).optional(),
    agents: z
      .record(z.string().refine(isName, NAME), AgentEntry, 'the agents, each with its "module"')
      .refine((agents) => Object.keys(agents).length > 0, 'at least one agent'),
    try: z.array(TryEntry, 'a list of questions').default([]),
  },
  'a mesh file: "agents:" and the agents below it',
);
export type MeshFile = z.infer<typeof MeshFile>;
