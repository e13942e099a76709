import type { Address, AgentName, Owner } from './name.ts';

/** The first token after the verb in every Baton agent's subjects: the protocol's kind of agent. */
export const AGENT_KIND = 'baton';

/** Replicas of one agent share their subjects in this queue group (protocol section 2). */
export const QUEUE_GROUP = 'agents';

/** The NATS micro service every agent instance registers as (protocol section 3). */
export const SERVICE_NAME = 'agents';

/** Where prompts and handoffs to an agent are published. */
export const promptSubject = ({ owner, agent }: Address) => `agents.prompt.${AGENT_KIND}.${owner}.${agent}`;

/** Where any replica of an agent answers with a fresh heartbeat. */
export const statusSubject = ({ owner, agent }: Address) => `agents.status.${AGENT_KIND}.${owner}.${agent}`;

/** The registry subject of an agent: its instances announce themselves here. */
export const heartbeatSubject = ({ owner, agent }: Address) => `agents.hb.${AGENT_KIND}.${owner}.${agent}`;

/** Every agent's heartbeats, of every kind and owner. */
export const ALL_HEARTBEATS = 'agents.hb.*.*.*';

/** Which kind, owner and agent a heartbeat came from; undefined for a subject that is none. */
export function parseHeartbeatSubject(subject: string): (Address & { kind: string }) | undefined {
  const [verb, hb, kind, owner, agent, ...rest] = subject.split('.');
  if (verb !== 'agents' || hb !== 'hb' || !kind || !owner || !agent || rest.length > 0) return undefined;
  return { kind, owner, agent };
}

/** One literal subject: no white space or control character could end it, no wildcard, no system subject. */
const PUBLISHABLE = /^(?!\$)[^\s*>\p{Cc}]{1,255}$/u;

/**
 * The kind, owner and agent in a prompt subject, as an instance's INFO record gives it. Undefined for anything
 * that must not be published to: the record is a stranger's word, and the subject goes on the wire as it is.
 */
export function parsePromptSubject(subject: string): (Address & { kind: string }) | undefined {
  const tokens = subject.split('.');
  if (!PUBLISHABLE.test(subject) || tokens.includes('')) return undefined;
  const [, , kind, owner, agent] = tokens;
  return kind && owner && agent ? { kind, owner, agent } : undefined;
}

/** Where the answer to a question in mid-stream may be sent: a stranger names the subject, so an inbox and nothing else. */
export function isInbox(subject: string): boolean {
  return subject.startsWith('_INBOX.') && PUBLISHABLE.test(subject) && !subject.split('.').includes('');
}

/** Long-lived members of a mesh answer here what they remember: agents that were alive and are gone. */
export const registrySubject = (owner: Owner) => `baton.${owner}.registry`;

/** A mesh supervisor's control verbs; with an agent, only the supervisors that run it listen. */
export const supervisorSubject = (owner: Owner, verb: 'scale' | 'stop', agent?: AgentName) =>
  `baton.${owner}.supervisor.${verb}${agent === undefined ? '' : `.${agent}`}`;

/** Durable work for an agent: a work queue keeps it until it is done. Without an id, all of it. */
export const taskSubject = ({ owner, agent }: Address, id = '*') => `baton.${owner}.task.${agent}.${id}`;

/** Durable work of one id, whichever agent it is for; without an id, all of an owner's. */
export const anyTaskSubject = (owner: Owner, id = '*') => `baton.${owner}.task.*.${id}`;

/** The agent and the id in the subject of durable work; undefined for a subject that is none. */
export function parseTaskSubject(subject: string): (Address & { readonly id: string }) | undefined {
  const [, owner, task, agent, id, ...rest] = subject.split('.');
  if (task !== 'task' || !owner || !agent || !id || rest.length > 0) return undefined;
  return { owner, agent, id };
}

/** A member that stays says here that it has looked for durable runs that are too late: the others need not. */
export const sweepSubject = (owner: Owner) => `baton.${owner}.sweep`;

/** How a durable run ended: the first one to say so is right. */
export const resultSubject = (owner: Owner, id = '*') => `baton.${owner}.result.${id}`;

/** How a durable run ended, told by the broker itself once it keeps the record. */
export const endedSubject = (owner: Owner, id = '*') => `baton.${owner}.ended.${id}`;

/** What a step of a durable run yielded. */
export const stepSubject = (owner: Owner, id: string, step: string) => `baton.${owner}.step.${id}.${step}`;

/** What a durable run says while it runs. */
export const outputSubject = (owner: Owner, id = '*') => `baton.${owner}.stream.${id}`;

/** Who tried to carry out a durable run, and how that went. */
export const attemptSubject = (owner: Owner, id = '*') => `baton.${owner}.attempt.${id}`;

/** Durable work that was given up. */
export const deadSubject = ({ owner, agent }: Address, id: string) => `baton.${owner}.dead.${agent}.${id}`;

/** Dead letters of one id, whichever agent they were for; without an id, all of an owner's. */
export const anyDeadSubject = (owner: Owner, id = '*') => `baton.${owner}.dead.*.${id}`;

/** What is to be stopped: told to every instance of an agent, or without one to every instance of an owner. */
export const cancelSubject = (owner: Owner, agent?: AgentName) =>
  `baton.${owner}.cancel${agent === undefined ? '' : `.${agent}`}`;

/**
 * Where instances of an agent that are connected to one broker server are given as many requests as they have free
 * places for. On each server a subject of its own: only that server itself knows at once who has been given how many.
 */
export const freeSubject = ({ owner, agent }: Address, server: string) =>
  `baton.${owner}.free.${agent}.${server}`;

/** Whether what is published on a subject reaches Baton's own instances of an agent, and nobody else's. */
export const isOwnSubject = (subject: string, address: Address) =>
  subject === promptSubject(address) || subject.startsWith(freeSubject(address, ''));

/** NATS micro discovery: every instance answers. */
export const INFO_SUBJECT = `$SRV.INFO.${SERVICE_NAME}`;
export const STATS_SUBJECT = `$SRV.STATS.${SERVICE_NAME}`;

/** NATS micro discovery of one instance. */
export const infoSubject = (instance: string) => `${INFO_SUBJECT}.${instance}`;

/** NATS micro: one instance says that it is there. */
export const pingSubject = (instance: string) => `$SRV.PING.${SERVICE_NAME}.${instance}`;
