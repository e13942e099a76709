import { withoutDefences, withoutIn } from './defences.mjs';

/** Node's hook: defences are found by file, and a bundle is one; the files it was made from lie beside it. */
export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context);
  if (withoutDefences().length === 0) return resolved;
  return { ...resolved, url: resolved.url.replace('/dist/bundle/', '/dist/') };
}

/** Node's hook: the source of a module as it is to be run. */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const changed = loaded.source == null ? undefined : withoutIn(url, String(loaded.source));
  return changed === undefined ? loaded : { ...loaded, source: changed };
}
