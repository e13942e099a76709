import { asAbortSignal } from '../agent/stop.ts';
import type { Bus } from '../bus/bus.ts';
import type { StopSignal } from '../wire/abort.ts';
import type { Envelope } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { encodeJson } from '../wire/json.ts';
import type { Address } from '../wire/name.ts';
import { MAX_OBJECT_BYTES, type ObjectRef } from '../wire/object-ref.ts';
import { encodePrompt } from '../wire/prompt.ts';
import { isOwnSubject } from '../wire/subject.ts';
import type { HandoffRequest } from './handoff-request.ts';

/** Bytes of a request above which its messages travel by reference, unless the member says otherwise. */
export const DEFAULT_INLINE_LIMIT = 256 * 1024;

/** How much of a prompt that travels by reference is left in its place, for those who watch: characters. */
const STAND_IN_LENGTH = 200;

export interface LargeRequestOptions {
  readonly bus: Bus;
  /** Bytes of a request above which its messages travel by reference. */
  readonly inlineLimit: number;
}

/** Where the large parts of a request are. */
type References = Pick<Envelope, 'messagesRef' | 'contextRef'>;

/**
 * One handoff on its way out, published once or, while all are busy, several times: what makes it too large for a message is put
 * beside it, once, and removed when it is over.
 */
export class LargeRequest {
  readonly #options: LargeRequestOptions;
  readonly #address: Address;
  readonly #kept: ObjectRef[] = [];
  #references: References | undefined;
  #encoded: { readonly request: HandoffRequest; readonly data: Uint8Array } | undefined;

  constructor(options: LargeRequestOptions, address: Address) {
    this.#options = options;
    this.#address = address;
  }

  /**
   * The bytes to publish on `subject`. A host of another make reads no references: it is sent all of it, as far as the broker
   * takes that.
   * @throws {BatonError} INVALID_ARGUMENT for more than 16 MiB; FAILED_PRECONDITION, UNAVAILABLE, RESOURCE_EXHAUSTED when
   * the broker cannot keep what it cannot take in one message.
   */
  encode(request: HandoffRequest, subject: string, signal: StopSignal): Uint8Array | Promise<Uint8Array> {
    const { bus, inlineLimit } = this.#options;
    const isOwn = isOwnSubject(subject, this.#address);
    if (isOwn && this.#references) return encodePrompt(refer(request, this.#references));
    // Where nobody has a free place the same request goes on to another subject.
    if (this.#encoded?.request === request) return this.#encoded.data;
    const whole = encodePrompt(request);
    const isSmall = whole.length <= Math.min(inlineLimit, bus.maxPayload);
    if (isSmall) this.#encoded = { request, data: whole };
    if (isSmall || !isOwn) return whole;
    // What the broker does not take anyway must not be held while its parts are written.
    const inline = whole.length <= bus.maxPayload ? whole : undefined;
    return this.#encodeParts(request, inline, signal);
  }

  async #encodeParts(
    request: HandoffRequest,
    inline: Uint8Array | undefined,
    signal: StopSignal,
  ): Promise<Uint8Array> {
    try {
      this.#references = await this.#putParts(request, signal);
      return encodePrompt(refer(request, this.#references));
    } catch (error) {
      if (inline && !signal.aborted) return inline;
      throw error;
    }
  }

  /** What was put beside the request is now for its reader to remove: the sender is done before it is read. */
  leave(): void {
    this.#kept.length = 0;
  }

  /** Something was put beside the request. */
  get isKept(): boolean {
    return this.#kept.length > 0;
  }

  /** Removes what was put beside the request. Never rejects. */
  async drop(): Promise<void> {
    const objects = await this.#objects().catch(() => undefined);
    for (const ref of this.#kept.splice(0)) objects?.drop(ref);
  }

  async #putParts({ prompt, baton }: HandoffRequest, signal: StopSignal): Promise<References> {
    const messages = encodeJson(baton.messages ?? [{ role: 'user', content: prompt }]);
    const context = encodeJson(baton.context);
    const size = messages.length + context.length;
    if (size > MAX_OBJECT_BYTES) throw tooLarge(size);
    // Whatever made the request large is one of them; the other one stays where it is when it is small.
    const threshold = this.#options.inlineLimit / 4;
    const messagesRef = messages.length > threshold ? await this.#put(messages, signal) : undefined;
    const contextRef = context.length > threshold ? await this.#put(context, signal) : undefined;
    return { ...(messagesRef && { messagesRef }), ...(contextRef && { contextRef }) };
  }

  async #put(data: Uint8Array, signal: StopSignal): Promise<ObjectRef> {
    const ref = await (await this.#objects()).put(data, asAbortSignal(signal));
    this.#kept.push(ref);
    return ref;
  }

  #objects() {
    return this.#options.bus.objects(this.#address.owner);
  }
}

function refer({ prompt, baton }: HandoffRequest, references: References): HandoffRequest {
  const { messages, ...rest } = baton;
  const context = references.contextRef ? {} : baton.context;
  if (!references.messagesRef) return { prompt, baton: { ...baton, context, ...references } };
  return { prompt: standIn(prompt), baton: { ...rest, context, ...references } };
}

function standIn(prompt: string): string {
  return prompt.length > STAND_IN_LENGTH ? `${prompt.slice(0, STAND_IN_LENGTH)}...` : prompt;
}

function tooLarge(size: number): BatonError {
  const mb = (size / 1_048_576).toFixed(1);
  const message = `the messages and their context have ${mb} MB; at most 16 MB travel with a request. Send less, or where to fetch it`;
  return new BatonError('INVALID_ARGUMENT', message);
}
