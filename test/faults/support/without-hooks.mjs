import { withoutIn } from './defences.mjs';

/** Node's hook: the source of a module as it is to be run. */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const changed = loaded.source == null ? undefined : withoutIn(url, String(loaded.source));
  return changed === undefined ? loaded : { ...loaded, source: changed };
}
