import type { Bus } from '../bus/bus.ts';
import { ServiceInfo, ServiceStats } from '../wire/card.ts';
import { Heartbeat } from '../wire/heartbeat.ts';
import { decodeJson } from '../wire/json.ts';
import type { Address } from '../wire/name.ts';
import { INFO_SUBJECT, infoSubject, parsePromptSubject, STATS_SUBJECT } from '../wire/subject.ts';

/** Answers to a broadcast come within milliseconds of each other; the last bound is for a busy machine. */
const WAIT = { firstMs: 250, quietMs: 150, maxMs: 1000 };
const INFO_TIMEOUT_MS = 1000;
const EMPTY = new Uint8Array(0);

/** What is told of an instance, as it comes: a goodbye heard after an answer must not be undone by it. */
export interface Findings {
  onInfo(info: ServiceInfo): void;
  onBeat(from: Address & { kind: string }, beat: Heartbeat): void;
}

/** Asks everyone alive who they are and how they are; about 150 ms, at most about a second. */
export async function discoverInstances(
  bus: Pick<Bus, 'gather'>,
  { onInfo, onBeat }: Findings,
): Promise<void> {
  await Promise.all([
    bus.gather(INFO_SUBJECT, {
      ...WAIT,
      onAnswer: ({ data }) => {
        const info = readInfo(data);
        if (info) onInfo(info);
      },
    }),
    bus.gather(STATS_SUBJECT, {
      ...WAIT,
      // A statistics record carries the instance's fresh heartbeat; see the bus's `statsHandler`.
      onAnswer: ({ data }) => {
        const stats = ServiceStats.safeParse(decodeJson(data));
        for (const endpoint of stats.data?.endpoints ?? []) {
          const beat = Heartbeat.safeParse(endpoint.data);
          const from = parsePromptSubject(endpoint.subject);
          if (beat.success && from) onBeat(from, beat.data);
        }
      },
    }),
  ]);
}

/** The INFO record of one instance; undefined when it does not answer within a second. */
export async function fetchInfo(
  bus: Pick<Bus, 'request'>,
  instance: string,
): Promise<ServiceInfo | undefined> {
  const answer = await bus.request(infoSubject(instance), EMPTY, INFO_TIMEOUT_MS).catch(() => undefined);
  const info = answer && readInfo(answer.data);
  return info?.id === instance ? info : undefined;
}

function readInfo(data: Uint8Array): ServiceInfo | undefined {
  return ServiceInfo.safeParse(decodeJson(data)).data;
}
