import { formatAddress } from '../../wire/name.ts';
import { decodePrompt } from '../../wire/prompt.ts';
import { anyTaskSubject, parseTaskSubject } from '../../wire/subject.ts';
import type { DurableSpace } from './space.ts';

/**
 * Whether a run that comes to an agent once more goes on at another one, to which an earlier attempt has handed it: its
 * request is in that one's queue, and its way leads through here. @throws {BatonError} UNAVAILABLE.
 */
export async function isHandedOn(space: DurableSpace, subject: string): Promise<boolean> {
  const here = parseTaskSubject(subject);
  if (!here) return false;
  const address = formatAddress(here, '');
  for (const other of await space.tasks.subjects(anyTaskSubject(here.owner, here.id))) {
    if (other === subject) continue;
    const work = await space.tasks.find(other);
    if (work && pathOf(work.data).includes(address)) return true;
  }
  return false;
}

function pathOf(data: Uint8Array): readonly string[] {
  try {
    return decodePrompt(data).envelope?.path ?? [];
  } catch {
    return [];
  }
}
