import { type CallerQuery, type Emit, GAP, unseenText } from '../agent/events.ts';
import type { Bus } from '../bus/bus.ts';
import type { ReplySubject } from '../bus/inbox.ts';
import type { StreamedResult } from '../wire/chunk.ts';
import { BatonError } from '../wire/error.ts';
import type { Owner } from '../wire/name.ts';
import { decodeAnswer } from '../wire/prompt.ts';
import type { RunResult } from '../wire/result.ts';
import { encodeResult } from './large-result.ts';
import type { ReplyWriter } from './reply-writer.ts';

/** Translates a run's events into chunks. Only callers that sent an envelope are told Baton's own notes. */
export class AnswerStream {
  readonly #writer: ReplyWriter;
  readonly #bus: Bus;
  readonly #owner: Owner;
  /** Made when it is first wanted, as most answers ask nothing back. */
  #asking: Set<ReplySubject> | undefined;
  /** What has streamed and is not void. */
  #streamed = '';
  #isAnew = false;

  /** `owner` is that of the agent which answers. */
  constructor(writer: ReplyWriter, { bus, owner }: { readonly bus: Bus; readonly owner: Owner }) {
    this.#writer = writer;
    this.#bus = bus;
    this.#owner = owner;
  }

  /** To be handed to the run, whose events come in order. */
  readonly onEvent: Emit = (event) => {
    if (event.type === 'text') {
      this.#streamed += event.text;
      this.#write(event.text);
    } else if (event.type === 'superseded') {
      this.#beginAnew();
    } else if (event.type === 'handoff' && this.#writer.toBaton) {
      this.#writer.chunk({ type: 'baton', data: { kind: 'handoff', handoff: event.handoff } });
    } else if (event.type === 'query') {
      this.#ask(event.query);
    }
  };

  async finish(result: RunResult): Promise<void> {
    const writer = this.#writer;
    if (!result.success) return writer.fail(errorOf(result), writer.toBaton ? result : undefined);
    if (writer.toBaton) {
      const { pieces } = writer;
      const note = { kind: 'result', result: this.#withoutStreamed(result), pieces } as const;
      const chunk = encodeResult(note, { bus: this.#bus, owner: this.#owner });
      writer.json(typeof chunk === 'string' ? chunk : await chunk);
    } else {
      const rest = unseenText(this.#streamed, result.response);
      if (rest) this.#write(rest);
    }
    writer.end();
  }

  /** No answer is waited for any more. */
  close(): void {
    for (const reply of this.#asking ?? []) reply.close();
    this.#asking = undefined;
  }

  #write(text: string): void {
    this.#writer.text(this.#isAnew ? GAP + text : text);
    this.#isAnew = false;
  }

  /** Who cannot be told that what was read is void gets the new answer after a blank line. */
  #beginAnew(): void {
    if (this.#streamed === '') return;
    this.#streamed = '';
    if (this.#writer.toBaton) this.#writer.superseded();
    else this.#isAnew = true;
  }

  /** What comes from further down already says where its answer goes. */
  #ask({ id, prompt, replySubject, answer }: CallerQuery): void {
    const reply_subject = replySubject ?? this.#openReply(answer);
    this.#writer.chunk({ type: 'query', data: { id, reply_subject, prompt } });
  }

  #openReply(answer: (text: string) => void): string {
    const reply = this.#bus.openReply(({ data }) => {
      reply.close();
      this.#asking?.delete(reply);
      answer(decodeAnswer(data));
    });
    this.#asking ??= new Set();
    this.#asking.add(reply);
    return reply.subject;
  }

  #withoutStreamed(result: RunResult): StreamedResult {
    // Pieces that reached nobody are made good by the whole.
    const isNeeded = result.response !== this.#streamed || this.#writer.hasLostSome;
    const response = isNeeded ? result.response : undefined;
    return this.#writer.isBrief ? brief(result, response) : { ...result, response };
  }
}

/** Without what the caller knows, or takes to be so unless it is told. Field by field: see `BaseAgent`. */
function brief(result: RunResult, response: string | null | undefined): StreamedResult {
  const { agent, success, durationMs, handoffs, insights, fallback, data, usage, error, withdrawn, spent } =
    result;
  return {
    agent,
    success,
    durationMs,
    response,
    handoffs: handoffs.length > 0 ? handoffs : undefined,
    insights: Object.keys(insights).length > 0 ? insights : undefined,
    fallback: fallback || undefined,
    data,
    usage,
    error,
    withdrawn,
    spent,
  };
}

function errorOf({ error }: RunResult): BatonError {
  return error ? BatonError.from(error) : new BatonError('INTERNAL', 'the run failed without an error');
}
