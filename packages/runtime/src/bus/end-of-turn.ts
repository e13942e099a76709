let first: (() => void)[] = [];
let due: (() => void)[] = [];

/** Calls back when this turn of the event loop has done what there was to do, before it waits for anything. */
export function atEndOfTurn(callback: () => void): void {
  if (due.push(callback) === 1 && first.length === 0) setImmediate(runDue);
}

/** As `atEndOfTurn`, before all that is called back so: what it writes goes out ahead of what is sent then. */
export function firstAtEndOfTurn(callback: () => void): void {
  if (first.push(callback) === 1 && due.length === 0) setImmediate(runDue);
}

function runDue(): void {
  const now = first.length === 0 ? due : [...first, ...due];
  first = [];
  due = [];
  for (const callback of now) callback();
}
