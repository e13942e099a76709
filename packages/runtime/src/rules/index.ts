export { DEFAULT_CONCURRENCY } from '../agent/agent-options.ts';
export type { BusMessage } from '../bus/inbox.ts';
export { LINE_MS } from '../handoff/agent-server.ts';
export { busyPauseMs } from '../handoff/busy-pause.ts';
export { patienceFor, WAITING_PER_SLOT } from '../handoff/slots.ts';
export { BEAT_JITTER } from '../registry/announcer.ts';
export { InstanceTable } from '../registry/instance-table.ts';
export { Registry, type RegistryBus, SWEEP_MS } from '../registry/registry.ts';
