import type { Scenario } from './bench.ts';
import { chain } from './scenarios/chain.ts';
import { durable } from './scenarios/durable.ts';
import { handoff } from './scenarios/handoff.ts';
import { registry } from './scenarios/registry.ts';
import { scale } from './scenarios/scale.ts';
import { startup } from './scenarios/startup.ts';
import { stream } from './scenarios/stream.ts';

/** All there are, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [handoff, stream, chain, scale, durable, registry, startup];
