import type { Subscription } from '../../bus/bus.ts';
import type { QueuedWork } from '../../bus/work-queue.ts';
import { decodePrompt } from '../../wire/prompt.ts';
import { sweepSubject } from '../../wire/subject.ts';
import { expireRun } from './expire-run.ts';
import type { DurableSpace } from './space.ts';
import type { Spaces } from './spaces.ts';

/** Requests that are read in one look at the most; the rest are read in the next one. */
const READ_AT_MOST = 500;
/** Those that are read at a time. */
const AT_A_TIME = 8;
/** How much longer than whoever has looked the others wait, as a share of the interval: at least, and at random on top. */
const [LEAST, MORE] = [0.5, 1];

const EMPTY = new Uint8Array(0);

/**
 * Ends the runs of an owner whose deadline has passed and that nobody works on, or asks for. Of all members that stay
 * one looks at a time: it tells the others, who wait longer then. Two that look at once do no harm, as the first record
 * stands. A look asks the broker which requests it holds; each request is read once.
 */
export class Sweeper {
  readonly #spaces: Spaces;
  readonly #everyMs: number;
  readonly #heard: Subscription;
  /** Deadlines of the requests in the queue, by subject; undefined for what is no request. */
  #deadlines = new Map<string, number | undefined>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(spaces: Spaces) {
    this.#spaces = spaces;
    this.#everyMs = spaces.settings.sweepMs;
    this.#heard = spaces.bus.subscribe(sweepSubject(spaces.home), () => this.#later());
    this.#later();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#heard.close();
  }

  #later(): void {
    this.#schedule(this.#everyMs * (1 + LEAST + MORE * Math.random()));
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), ms);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { bus, home } = this.#spaces;
    try {
      if (bus.hasJetStream && !bus.isDown) {
        bus.publish(sweepSubject(home), EMPTY);
        await this.#sweep(this.#spaces.of(home));
      }
    } catch {
      // The broker has trouble, or can keep nothing. What is not done now is done next time, by this member or another.
    }
    this.#schedule(this.#everyMs);
  }

  async #sweep(space: DurableSpace): Promise<void> {
    const { tasks } = space;
    // A look must not make what is looked into.
    if (!(await tasks.exists())) return;
    const queued = await tasks.subjects();
    this.#deadlines = new Map(
      queued.filter((each) => this.#deadlines.has(each)).map((each) => [each, this.#deadlines.get(each)]),
    );
    const unread = queued.filter((each) => !this.#deadlines.has(each)).slice(0, READ_AT_MOST);
    const over = Date.now() - this.#everyMs;
    const late = [...this.#deadlines].filter(([, deadline]) => deadline !== undefined && deadline < over);
    const subjects = [...unread, ...late.map(([subject]) => subject)];
    for (let first = 0; first < subjects.length && !this.#isClosed; first += AT_A_TIME) {
      await Promise.all(
        subjects.slice(first, first + AT_A_TIME).map((each) => this.#judge(space, each, over)),
      );
    }
  }

  async #judge(space: DurableSpace, subject: string, over: number): Promise<void> {
    const { tasks } = space;
    const work = await tasks.find(subject);
    if (!work) return;
    const request = read(work);
    this.#deadlines.set(subject, request?.envelope.deadline);
    if (!request || request.envelope.deadline >= over) return;
    await expireRun(space, request.envelope, request.prompt);
    await tasks.remove(work);
  }
}

/** What is no request is for a worker to find: it becomes a dead letter. */
function read({ data }: QueuedWork) {
  try {
    const { envelope, prompt } = decodePrompt(data);
    return envelope && { envelope, prompt };
  } catch {
    return undefined;
  }
}
