let due: (() => void)[] = [];

/** Calls back when this turn of the event loop has done what there was to do, before it waits for anything. */
export function atEndOfTurn(callback: () => void): void {
  if (due.push(callback) === 1) setImmediate(runDue);
}

function runDue(): void {
  const now = due;
  due = [];
  for (const callback of now) callback();
}
