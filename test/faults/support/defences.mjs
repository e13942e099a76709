/**
 * Defences that a test can be run without, to see it fail: a change to the source of the program under test, made as it is loaded.
 * The program itself has no switch for them. A line that is not there any more is an error, so that no defence is left out
 * in name only.
 */
export const DEFENCES = [
  {
    name: 'reconnect',
    what: 'reconnect for ever',
    file: 'runtime/bus/connect',
    find: 'maxReconnectAttempts: -1',
    replace: 'maxReconnectAttempts: 3',
  },
  {
    name: 'announce',
    what: 'instances announce themselves at once when the broker is back',
    file: 'runtime/registry/announcer',
    find: 'onReconnect(() => this.announce())',
    replace: 'onReconnect(() => undefined)',
  },
  {
    name: 'outage',
    what: 'requests to a broker that is away end typed within two seconds',
    file: 'runtime/bus/outage',
    find: 'GRACE_MS = 1000',
    replace: 'GRACE_MS = 60_000',
  },
  {
    name: 'log-reopen',
    what: 'a log is followed anew after an outage',
    file: 'runtime/bus/log-follow',
    find: 'following.onReturn(() => void again())',
    replace: 'following.onReturn(() => undefined)',
  },
  {
    name: 'hash',
    what: 'the hash of an object is checked',
    file: 'runtime/bus/object-store',
    find: "hash.digest('hex') !== ref.sha256",
    replace: 'false',
  },
  {
    name: 'size',
    what: 'what is larger than 16 MiB is refused',
    file: 'runtime/wire/object-ref',
    find: '17 * 1_048_576',
    replace: '64 * 1_048_576',
  },
  {
    name: 'loop',
    what: 'an agent that is on the path is not handed to again',
    file: 'runtime/handoff/guard',
    find: '.path.includes(full)',
    replace: '.path.includes(undefined)',
    everywhere: true,
  },
  {
    name: 'keys',
    what: 'a transfer whose key is in the ledger already does not count again',
    file: 'skills/payment/ledger-fold',
    find: 'if (known !== undefined)',
    replace: 'if (false)',
  },
  {
    name: 'terminal-record',
    what: 'work whose run has ended is not begun again',
    file: 'runtime/handoff/durable/run-task',
    find: 'if (record) {',
    replace: 'if (false) {',
  },
  {
    name: 'first-attempt',
    what: 'a run of which something is known is not begun as a new one',
    file: 'runtime/handoff/durable/attempts',
    find: 'space.attempts.addFirst(',
    replace: 'space.attempts.add(',
  },
  {
    name: 'first-record',
    what: 'the first terminal record of a run stands',
    file: 'runtime/handoff/durable/space',
    find: "name: named('result'),",
    replace: "name: named('result'), perSubject: 16,",
  },
  {
    name: 'first-letter',
    what: 'a run has one dead letter',
    file: 'runtime/handoff/durable/space',
    find: 'dead: bus.kept({ ...first,',
    replace: 'dead: bus.kept({ perSubject: 16,',
  },
  {
    name: 'once',
    what: 'a step that was recorded is not done again',
    file: 'runtime/handoff/durable/run-journal',
    find: 'if (kept)',
    replace: 'if (false)',
  },
  {
    name: 'step-ids',
    what: 'a handoff of a durable run has the same id in every attempt',
    file: 'runtime/handoff/durable/run-journal',
    find: 'derivedId(this.#id,',
    replace: 'derivedId(this.#id + Math.random(),',
  },
  {
    name: 'beats',
    what: 'the broker is told that work is being done',
    file: 'runtime/bus/work-consumer',
    find: 'for (const reply of this.#held)',
    replace: 'for (const reply of [])',
  },
  {
    name: 'stall',
    what: 'a run of which nothing is seen is aborted',
    file: 'runtime/handoff/durable/carry-out',
    find: '>= stallMs',
    replace: '>= Number.POSITIVE_INFINITY',
  },
  {
    name: 'attempt-limit',
    what: 'work that fails again and again, or kills its process, is given up',
    file: 'runtime/handoff/durable/run-task',
    find: '>= settings.maxAttempts',
    replace: '>= Number.POSITIVE_INFINITY',
    everywhere: true,
  },
  {
    name: 'letter-redo',
    what: 'a dead letter that could not be written is written by whoever finds the work again',
    file: 'runtime/handoff/durable/run-task',
    find: 'await ensureBuried(space, { work, record });',
    replace: '',
  },
  {
    name: 'drain',
    what: 'an instance that is stopped finishes what it has',
    file: 'runtime/handoff/agent-server',
    find: 'await this.#finishWithin(graceMs);',
    replace: '',
  },
];

/** The defences that `BATON_WITHOUT` names, separated by commas. */
export function withoutDefences(names = process.env.BATON_WITHOUT ?? '') {
  return names
    .split(',')
    .filter((name) => name !== '')
    .map((name) => {
      const defence = DEFENCES.find((each) => each.name === name);
      if (defence) return defence;
      throw new Error(
        `there is no defence "${name}"; there are ${DEFENCES.map((each) => each.name).join(', ')}`,
      );
    });
}

/** The source of a file as it is to be run; undefined for one that stays as it is. `id` is a path or URL, of `src` or `dist`. */
export function withoutIn(id, source) {
  const path = id.replace(/\?.*$/, '').replace(/\.[jt]s$/, '');
  let changed;
  for (const { name, file, find, replace, everywhere } of withoutDefences()) {
    const [pack, ...rest] = file.split('/');
    const tail = rest.join('/');
    if (!['src', 'dist'].some((folder) => path.endsWith(`packages/${pack}/${folder}/${tail}`))) continue;
    const before = changed ?? source;
    if (!before.includes(find)) throw new Error(`the defence "${name}" is not in ${path} any more: ${find}`);
    changed = everywhere ? before.replaceAll(find, replace) : before.replace(find, replace);
  }
  return changed;
}
