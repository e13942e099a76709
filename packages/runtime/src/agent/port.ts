import type { StopSignal } from '../wire/abort.ts';
import type { AgentCard } from '../wire/card.ts';
import type { Caller, HandedOn, HandedRun, HandoffMode, Origin } from '../wire/envelope.ts';
import type { Message } from '../wire/message.ts';
import type { HandoffMetadata } from '../wire/metadata.ts';
import type { Money } from '../wire/money.ts';
import type { HandoffResult } from '../wire/result.ts';
import type { Emit } from './events.ts';

/** What a run inherits and what every handoff below it inherits in turn, never widened. */
export interface RunScope {
  /** Id of the ask or handoff this run answers. */
  readonly id: string;
  readonly conversation: string;
  /** Addresses (`owner/agent`) this work has passed through, the running agent last. */
  readonly path: readonly string[];
  readonly hops: number;
  readonly maxHops: number;
  /** When the answer is due, milliseconds since the epoch by this process's clock. */
  readonly expiresAt: number;
  readonly caller: Caller;
  /** The most that may be charged from here on down. */
  readonly budget?: Money | undefined;
  /** Aborted when the answer is no longer wanted or its deadline has passed. */
  readonly signal: StopSignal;
  readonly traceparent: string | undefined;
  /** Whoever asked answers questions in mid-stream. */
  readonly canAnswer: boolean;
  /** Whoever waits for the answer, when it can be answered by another agent; undefined when it comes back here. */
  readonly origin?: Origin | undefined;
  /** Of a durable run: its handoffs are durable too. */
  readonly journal?: RunJournal;
}

/** What is kept of a durable run, so that a second attempt finds what the first one did. */
export interface RunJournal {
  /** Ids of the durable runs this one is a step of, the first one first, its own last. */
  readonly lineage: readonly string[];
  /** What `effect` yielded, as JSON keeps it: now, or in an earlier attempt. */
  once<T>(key: string, effect: (idempotencyKey: string) => T | Promise<T>): Promise<T>;
  /** The id for a handoff: the same in every attempt, as long as the same is asked in the same order. */
  handoffId(target: string, messages: readonly Message[]): string;
  /** What the target of a transfer is told of the run that it goes on with. */
  handOn(handoff: Pick<HandedOn, 'id' | 'from' | 'to'>): HandedRun;
  /** The run is getting on. */
  progress(): void;
}

/** A handoff the agent has decided on. */
export interface HandoffOrder {
  readonly id: string;
  /** As the author wrote it: `agent` or `owner/agent`. Not yet checked. */
  readonly target: string;
  readonly mode: HandoffMode;
  readonly messages: readonly Message[];
  readonly context: Readonly<Record<string, unknown>>;
  readonly metadata: HandoffMetadata;
  readonly scope: RunScope;
}

/** An agent of the mesh as its peers see it. */
export interface Peer {
  readonly name: string;
  readonly owner: string;
  readonly description: string;
  /** Live instances that take work. */
  readonly instances: number;
  /** Undefined for hosts that tell none, and until it has been fetched. */
  readonly card: AgentCard | undefined;
}

/**
 * A small shared memory of the mesh: JSON by key, kept by the broker. A key is tokens of letters, digits, `-`, `_`, `/`
 * and `=`, joined by dots. Whatever was acknowledged is seen by every member that reads from then on.
 * Every operation throws UNAVAILABLE when the broker did not say in time; what was written may or may not be kept.
 */
export interface Store {
  /** How long a value is kept, milliseconds; 0 is for ever. What whoever made the store asked for. */
  readonly ttlMs: number;
  /** The value under a key; undefined when there is none or its time is over. */
  get(key: string): Promise<unknown>;
  /** @throws {BatonError} INVALID_ARGUMENT when the value is larger than the broker takes. */
  put(key: string, value: unknown): Promise<void>;
  /** Puts a value where there is none; false when somebody was first. Of any number of writers one wins. */
  create(key: string, value: unknown): Promise<boolean>;
  /** The keys below a prefix of whole tokens, in no order; without one all of them. */
  keys(prefix?: string): Promise<string[]>;
}

export interface StoreOptions {
  /** Letters, digits, `-` and `_`. Members that name the same store share it. */
  readonly name: string;
  /** How long a value is kept after it was last put, milliseconds. Left out, only a store that exists is opened. */
  readonly ttlMs?: number;
}

/** One entry of a log. */
interface LogEntry {
  /** Place in the log, from 1, without gaps. */
  readonly sequence: number;
  /** When the broker took it, by the broker's clock: milliseconds since the epoch, the same for every reader. */
  readonly time: number;
  /** As it was appended; undefined when it is no JSON. */
  readonly value: unknown;
}

/** An append-only log of the mesh, kept by the broker: one order for all, nothing is ever changed or removed. */
interface Log {
  /**
   * Appends at the end; returns the entry's sequence, or undefined when others have written since `expectedLast`,
   * the last sequence the writer has read (0 for none). A second attempt with one `id` is not stored again.
   * @throws {BatonError} UNAVAILABLE when the broker did not say in time; the entry may or may not be stored.
   */
  append(
    value: unknown,
    options: { readonly id: string; readonly expectedLast: number },
  ): Promise<number | undefined>;
  /**
   * Entries from a sequence to the end as it is now; nothing acknowledged is missing.
   * @throws {BatonError} UNAVAILABLE, FAILED_PRECONDITION when the log has lost an entry.
   */
  read(from: number): AsyncIterable<LogEntry>;
  /** Calls back with entries from a sequence on, in order, as they come; for watching, not for deciding. */
  follow(from: number, onEntry: (entry: LogEntry) => void): Promise<{ close(): void }>;
}

/** What an agent is handed so that it can reach others. The agent itself knows no bus. */
export interface HandoffPort {
  /** The owner this agent belongs to. */
  readonly owner: string;
  /**
   * The source's own checks: target well-formed, not itself, not on the path, hops and time left, alive.
   * @throws {HandoffError} INVALID_ARGUMENT, LOOP, DEADLINE_EXCEEDED, NOT_FOUND, UNAVAILABLE.
   */
  check(order: HandoffOrder): void;
  /** Publishes the handoff and follows its answer. A remote failure is a result, never a rejection. */
  carryOut(order: HandoffOrder, emit: Emit): Promise<HandoffResult>;
  /**
   * Whether the registry sees a live instance that takes work. The bus has the last word when a handoff is published.
   * @throws {BatonError} INVALID_ARGUMENT for what is no agent's name.
   */
  isAvailable(target: string): boolean;
  /**
   * Whether the target can answer in place of its source: every live instance, as hosts of another make cannot. Durable work
   * also waits for an agent of which there is no instance just now.
   */
  takesTransfers(order: HandoffOrder): boolean;
  /**
   * Asks the agent itself whether an instance that takes work is there: within a second, at once when nobody is.
   * @throws {BatonError} INVALID_ARGUMENT for what is no agent's name.
   */
  ping(target: string): Promise<boolean>;
  /**
   * Opens a store that all members of this owner share.
   * @throws {BatonError} FAILED_PRECONDITION when the broker cannot keep one, NOT_FOUND when there is none and it was
   * not to be made, UNAVAILABLE.
   */
  store(options: StoreOptions): Promise<Store>;
  /**
   * Opens a log that all members of this owner share. Its name: lower-case letters, digits and `-`.
   * @throws {BatonError} FAILED_PRECONDITION when the broker cannot keep one.
   */
  log(options: { readonly name: string }): Promise<Log>;
  /**
   * Live agents that take work, this one included. The same array as before for as long as none came, went or
   * changed: what was made of it may be kept until then.
   */
  peers(): readonly Peer[];
}
