let first: (() => void)[] = [];
let due: (() => void)[] = [];
let isSet = false;

/** What is called back may ask to be called back in turn, as what is written asks to be sent: that often it is done at once. */
const PASSES = 3;

/** Calls back when this turn of the event loop has done what there was to do, before it waits for anything. */
export function atEndOfTurn(callback: () => void): void {
  due.push(callback);
  set();
}

/** As `atEndOfTurn`, before all that is called back so: what it writes goes out ahead of what is sent then. */
export function firstAtEndOfTurn(callback: () => void): void {
  first.push(callback);
  set();
}

function set(): void {
  if (isSet) return;
  isSet = true;
  setImmediate(runDue);
}

function runDue(): void {
  for (let pass = 0; pass < PASSES && first.length + due.length > 0; pass++) {
    const now = first.length === 0 ? due : [...first, ...due];
    first = [];
    due = [];
    for (const callback of now) callback();
  }
  isSet = false;
  if (first.length + due.length > 0) set();
}
