import type { CancelRequest } from '../../wire/cancel.ts';
import { encodeJson } from '../../wire/json.ts';
import { cancelSubject } from '../../wire/subject.ts';
import type { DurableSpace } from './space.ts';

/** Tells everyone who works on a run or on a step of it. Who does not hear it finds the record before long. */
export function tellCancelled({ bus, owner }: DurableSpace, id: string): void {
  const request: CancelRequest = { id };
  try {
    bus.publish(cancelSubject(owner), encodeJson(request));
  } catch {
    // The connection is closed.
  }
}
