import { DEFAULT_HEARTBEAT_MS, DEFAULT_TIMEOUT_MS } from '@baton/runtime';
import {
  BEAT_JITTER,
  busyPauseMs,
  DEFAULT_CONCURRENCY,
  LINE_MS,
  patienceFor,
  SWEEP_MS,
  WAITING_PER_SLOT,
} from '@baton/runtime/rules';
import { MISSED_BEATS } from '@baton/runtime/wire';
import { simulateBeats } from './beats.ts';
import { type DispatchRules, simulateDispatch } from './dispatch.ts';
import { centralQueue } from './erlang-c.ts';
import { seededRandom } from './random.ts';
import { beatsPerS, bytesPerBeat } from './registry-traffic.ts';
import type { DispatchRow, RegistryRow, Simulation } from './report.ts';
import { measureWatcher, type WatcherCost } from './watcher-cost.ts';

export interface SimulateOptions {
  /** Agents of the largest case that is simulated step by step, and workers of the largest dispatch. */
  readonly agents: number;
  readonly seed: number;
  /** Told what is being simulated. */
  onProgress(text: string): void;
}

/** Sizes the registry is planned for; what is larger than the simulation is given by the formula it agrees with. */
const REGISTRY_SIZES = [1e3, 1e4, 1e5, 1e6, 1e7];
const MINUTE_MS = 60_000;
const DEATHS = 20_000;
/** Agents one agent hands to, where it watches only those. */
const TARGETS = 10;
const MB = 1e6;

const RULES: DispatchRules = {
  linePerSlot: WAITING_PER_SLOT,
  patienceMs: (waitedMs) => patienceFor(waitedMs, LINE_MS),
  pauseMs: busyPauseMs,
  deadlineMs: DEFAULT_TIMEOUT_MS,
};
const SLOTS = DEFAULT_CONCURRENCY;
/** An answer of a model, and a quick job, milliseconds. */
const ANSWER_MS = 1000;
const QUICK_MS = 50;
const LOADS = [0.5, 0.7, 0.8, 0.95, 0.98];
/** Enough jobs for a p99 where there are few slots, enough time for a steady state where there are many. */
const MIN_CALLS = 500_000;
const USUAL = { warmUpJobs: 10, jobs: 4 };
const LARGE = { warmUpJobs: 4, jobs: 2 };
/** Workers most cases are looked at with: many more hardly ever have a call wait. */
const FEW = 10;
/** Workers that make so many calls in a mean job that fewer of them do. */
const MANY = 1e4;

/** Simulates the registry and dispatch of a mesh of so many agents; within a minute at 100,000. Deterministic but for `watcher`. */
export async function simulate({ agents, seed, onProgress }: SimulateOptions): Promise<Simulation> {
  onProgress('what a beat costs its watcher');
  const watcher = await measureWatcher(Math.min(agents, 1e5), DEFAULT_HEARTBEAT_MS);
  const registry: RegistryRow[] = [];
  for (const size of REGISTRY_SIZES) {
    onProgress(`the registry of ${size} agents`);
    registry.push(registryRow(size, watcher, size <= agents ? beatsOf(size, seed) : undefined));
  }
  const dispatch: DispatchRow[] = [];
  for (const each of dispatchCases(agents)) {
    onProgress(`${each.workers} workers of ${each.slots} slots at a load of ${each.load}`);
    dispatch.push(dispatchRow(each, seed));
  }
  const { deathKnownMs } = beatsOf(0, seed, DEATHS);
  return { seed, agents, rules: rulesThatApply(), registry, deathKnownMs, dispatch, watcher };
}

function rulesThatApply() {
  return {
    heartbeatMs: DEFAULT_HEARTBEAT_MS,
    beatJitter: BEAT_JITTER,
    missedBeats: MISSED_BEATS,
    sweepMs: SWEEP_MS,
    slots: SLOTS,
    linePerSlot: WAITING_PER_SLOT,
    lineMs: LINE_MS,
    longestLineMs: patienceFor(Number.POSITIVE_INFINITY, LINE_MS),
    firstPauseMs: busyPauseMs(1, 0.5),
    longestPauseMs: busyPauseMs(100, 0.5),
    timeoutMs: DEFAULT_TIMEOUT_MS,
  };
}

function beatsOf(instances: number, seed: number, deaths = 0) {
  const random = seededRandom(seed);
  return simulateBeats({ instances, intervalMs: DEFAULT_HEARTBEAT_MS, forMs: MINUTE_MS, deaths, random });
}

function registryRow(
  agents: number,
  { usPerBeat, usPerSwept, bytesPerInstance, infoBytes }: WatcherCost,
  simulated: ReturnType<typeof beatsOf> | undefined,
): RegistryRow {
  const beats = beatsPerS(agents, DEFAULT_HEARTBEAT_MS);
  const sweepsPerS = 1000 / SWEEP_MS;
  return {
    agents,
    beatsPerS: beats,
    simulatedBeatsPerS: simulated?.beatsPerS ?? null,
    busiest10Ms: simulated?.busiest10Ms ?? null,
    bytesPerS: beats * bytesPerBeat(agents, DEFAULT_HEARTBEAT_MS),
    deliveriesPerS: beats * agents,
    deliveriesPerSOfTen: beats * Math.min(agents, TARGETS),
    cpuShare: (beats * usPerBeat + agents * sweepsPerS * usPerSwept) / 1e6,
    tableMb: (agents * bytesPerInstance) / MB,
    discoveryMb: (agents * infoBytes) / MB,
  };
}

interface Case {
  readonly workers: number;
  readonly slots: number;
  readonly load: number;
  readonly jobMs: number;
}

/** One thing at a time: how many workers, how full, how many places each has, how long jobs are. */
function dispatchCases(agents: number): Case[] {
  const workers = Math.min(agents, 1e5);
  const usual = { workers: Math.min(workers, FEW), slots: SLOTS, load: 0.9, jobMs: ANSWER_MS };
  const sizes = [2, FEW, 100].filter((size) => size < workers);
  return [
    ...sizes.map((size) => ({ ...usual, workers: size })),
    { ...usual, workers },
    { ...usual, workers, load: 0.98 },
    ...LOADS.map((load) => ({ ...usual, load })),
    { ...usual, slots: 1 },
    { ...usual, slots: 4 },
    { ...usual, jobMs: QUICK_MS },
  ];
}

function dispatchRow(each: Case, seed: number): DispatchRow {
  const { workers, slots, load, jobMs } = each;
  const span = workers > MANY ? LARGE : USUAL;
  const jobs = Math.max(span.jobs, MIN_CALLS / (workers * slots * load));
  const random = seededRandom(seed);
  const figures = simulateDispatch({ ...each, ...span, rules: RULES, random, jobs });
  return { ...each, ...figures, ideal: centralQueue({ slots: workers * slots, load, jobMs }) };
}
