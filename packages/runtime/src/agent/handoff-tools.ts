import { createHash } from 'node:crypto';
import type { ModelTool } from '../model/model.ts';
import { parseAddress } from '../wire/name.ts';
import { isAllowed } from '../wire/scope.ts';
import { withContext } from './context.ts';
import { withoutText } from './events.ts';
import { handOff } from './handoff-step.ts';
import type { Condition } from './plan.ts';
import type { HandoffPort, Peer } from './port.ts';
import type { Run } from './run.ts';

/** A handoff the model may choose. */
export interface HandoffTool {
  readonly offer: ModelTool;
  /** Live, not on the path, and one that answers this caller. A model that asks for another one of its targets hands off all the same, and is told. */
  readonly isOffered: boolean;
  /** Hands off, and tells the model what came of it. Never rejects for a handoff that fails. */
  call(run: Run, args: unknown): Promise<string>;
}

const PREFIX = 'transfer_to_';
/** Chat Completions takes tool names of 64 characters. */
const MAX_NAME = 64;
/** Of a card's description; a stranger wrote it, and every turn of the model would pay for it, characters. */
const MAX_DESCRIPTION = 1000;
const PARAMETERS = {
  type: 'object',
  properties: {
    message: { type: 'string', description: 'what to ask them, in full: they see the conversation as well' },
  },
};

const NONE: ReadonlyMap<string, HandoffTool> = new Map();

/** The handoffs that are the model's to choose in this run, by tool name. */
export function handoffTools(run: Run): ReadonlyMap<string, HandoffTool> {
  const offered = candidates(run);
  if (offered.length === 0) return NONE;
  const tools = new Map<string, HandoffTool>();
  const seen = new Set<string>();
  for (const condition of offered) {
    const { target } = condition;
    if (seen.has(target)) continue;
    seen.add(target);
    const plain = plainName(target);
    const name = plain.length > MAX_NAME || tools.has(plain) ? marked(plain, target) : plain;
    tools.set(name, makeTool(run, name, condition));
  }
  return tools;
}

/** @throws {TypeError} for a tool that has the name of a handoff: a model could not tell one from the other. */
export function checkToolNames(agent: Pick<Run, 'plan' | 'brain'>): void {
  const { tools } = agent.plan;
  for (const { target, label } of candidates(agent)) {
    const plain = plainName(target);
    const clash = [plain, marked(plain, target)].find((name) => tools.has(name));
    if (clash === undefined) continue;
    throw new TypeError(`the tool "${clash}" has the name of the handoff to "${target}" (${label})`);
  }
}

function plainName(target: string): string {
  return `${PREFIX}${target.replace('/', '_')}`;
}

/** Of a name that is too long, or another target's too: told apart by a mark that the target alone decides. */
function marked(name: string, target: string): string {
  const mark = createHash('sha256').update(target).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_NAME - mark.length - 1)}_${mark}`;
}

type Candidate = Condition & { readonly target: string };

/** What the agent names for its model, then the targets of its own rules, which have their options already. */
function candidates({ plan, brain }: Pick<Run, 'plan' | 'brain'>): Candidate[] {
  if (plan.conditions.length === 0 && brain.handoffs.length === 0) return [];
  const ruled = plan.conditions.filter((condition): condition is Candidate => condition.target !== undefined);
  const named = brain.handoffs
    .filter((target) => !ruled.some((condition) => condition.target === target))
    .map((target) => ({ ...PLAIN, target, label: `handoffs: ${target}` }));
  return [...ruled, ...named];
}

const PLAIN = {
  description: undefined,
  metadata: {},
  mode: 'call',
  fallback: [],
  scope: undefined,
  ask: () => false,
} as const;

function isReachable({ port, context }: Run, target: string, peer: Peer | undefined): boolean {
  if (!port?.isAvailable(target)) return false;
  const { owner, agent } = parseAddress(target, port.owner);
  const { path, caller } = context.scope;
  return !path.includes(`${owner}/${agent}`) && isAllowed(peer?.card?.scope, caller);
}

function findPeer(port: HandoffPort, target: string): Peer | undefined {
  const { owner, agent } = parseAddress(target, port.owner);
  return port.peers().find((peer) => peer.name === agent && peer.owner === owner);
}

function makeTool(source: Run, name: string, condition: Candidate): HandoffTool {
  const { target } = condition;
  const peer = source.port && findPeer(source.port, target);
  const description = peer?.description || condition.description || `hand over to ${target}`;
  return {
    offer: { name, description: description.slice(0, MAX_DESCRIPTION), parameters: PARAMETERS },
    isOffered: isReachable(source, target, peer),
    call: async (run, args) => {
      const side = apart(run, args);
      // What hooks find by getContext() is the handoff's own context too, not the run's.
      const result = await withContext(side.context, () => handOff(side, { condition, target }));
      const { success, response, error } = result;
      return JSON.stringify({ agent: target, success, response, ...(error && { error: error.message }) });
    },
  };
}

/** Several handoffs of one turn run side by side: each has a context of its own, and what they say is for the model. */
function apart(run: Run, args: unknown): Run {
  const { message } = (args ?? {}) as { message?: unknown };
  const asked =
    typeof message === 'string' && message !== '' ? [{ role: 'user', content: message } as const] : [];
  const context = run.context.fork([...run.context.messages, ...asked]);
  return { ...run, context, mayTransfer: false, emit: withoutText(run.emit) };
}
