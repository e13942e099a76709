import { z } from 'zod';
import { InstanceId } from './heartbeat.ts';
import { Money } from './money.ts';
import { Scope } from './scope.ts';

/** A tool or a handoff as others may see it. */
export const Capability = z.looseObject({ name: z.string(), description: z.string().optional() });
export type Capability = z.infer<typeof Capability>;

/** What one handoff to an agent costs. */
export const Price = Money;
export type Price = Money;

/** What an agent tells the mesh about itself. It travels in the service metadata of every instance. */
export const AgentCard = z.looseObject({
  name: z.string(),
  owner: z.string(),
  description: z.string(),
  version: z.string(),
  /** Whom it answers; absent for everyone. */
  scope: Scope.optional(),
  /** Absent for agents that cost nothing; what is no price, in a stranger's card, is none. */
  price: Price.optional().catch(undefined),
  /** Asking it twice does no harm: a caller may retry. */
  idempotent: z.boolean().optional().catch(undefined),
  skills: z.array(z.string()).default([]),
  tools: z.array(Capability).default([]),
  /** Targets this agent hands off to by rule; a dynamic rule has no name to show. */
  handoffs: z.array(Capability).default([]),
});
export type AgentCard = z.infer<typeof AgentCard>;

/** Metadata of the micro service of an instance: the protocol's keys and Baton's own, all strings. */
export const ServiceMetadata = z.looseObject({
  agent: z.string(),
  owner: z.string(),
  protocol_version: z.string(),
  session: z.string().optional(),
  card: z.string().optional(),
  card_hash: z.string().optional(),
  pid: z.string().optional(),
  host: z.string().optional(),
});
export type ServiceMetadata = z.infer<typeof ServiceMetadata>;

/** The version of the Synadia Agent Protocol for NATS that Baton speaks. */
export const PROTOCOL_VERSION = '0.3';

/** What an instance answers to `$SRV.INFO.agents`: the part callers need (NATS ADR-32). */
export const ServiceInfo = z.looseObject({
  id: InstanceId,
  name: z.string(),
  version: z.string(),
  description: z.string().optional(),
  metadata: ServiceMetadata,
  endpoints: z.array(
    z.looseObject({
      name: z.string(),
      subject: z.string(),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  ),
});
export type ServiceInfo = z.infer<typeof ServiceInfo>;

/** What an instance answers to `$SRV.PING.agents.<instance>`: the part that says who answers. */
export const ServiceIdentity = z.looseObject({ id: InstanceId });
export type ServiceIdentity = z.infer<typeof ServiceIdentity>;

/** What an instance answers to `$SRV.STATS.agents`: an endpoint of Baton's carries a fresh heartbeat as its data. */
export const ServiceStats = z.looseObject({
  endpoints: z.array(z.looseObject({ subject: z.string(), data: z.unknown().optional() })),
});
export type ServiceStats = z.infer<typeof ServiceStats>;
