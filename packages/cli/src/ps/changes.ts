import type { Mesh } from '@baton/runtime';

/** Tells when the view of the mesh may have changed. Changes between two calls of `next` are not lost. */
export interface Changes extends Disposable {
  /** Resolves at a change, on abort, or after `patienceMs`; at once when there was a change since the last call. */
  next(patienceMs?: number): Promise<void>;
}

export function followChanges(mesh: Pick<Mesh, 'onChange'>, signal: AbortSignal): Changes {
  let changed = signal.aborted;
  let wake = () => {};
  const note = () => {
    changed = true;
    wake();
  };
  const unfollow = mesh.onChange(note);
  signal.addEventListener('abort', note, { once: true });
  return {
    async next(patienceMs) {
      let timer: NodeJS.Timeout | undefined;
      if (!changed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (patienceMs !== undefined) timer = setTimeout(resolve, patienceMs);
        });
      }
      clearTimeout(timer);
      changed = false;
    },
    [Symbol.dispose]() {
      unfollow();
      signal.removeEventListener('abort', note);
    },
  };
}
