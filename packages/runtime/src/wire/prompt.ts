import { z } from 'zod';
import { type Envelope, explainIssue, parseEnvelope } from './envelope.ts';
import { BatonError } from './error.ts';
import { encodeJson, decodeJson as parseJson } from './json.ts';

const UNSAFE_FILENAME = /[/\\\0]|^\.{1,2}$/;

/** A file that travels with a prompt: standard padded base64 (protocol section 5). */
export const Attachment = z.looseObject({
  filename: z
    .string()
    .min(1)
    .refine((name) => !UNSAFE_FILENAME.test(name), 'must be a plain file name'),
  content: z.base64(),
});
export type Attachment = z.infer<typeof Attachment>;

/** What is published on a prompt subject, in its JSON form. Unknown fields are kept. */
export const PromptRequest = z.looseObject({
  prompt: z.string().min(1),
  attachments: z.array(Attachment).optional(),
  baton: z.unknown().optional(),
});
export type PromptRequest = z.infer<typeof PromptRequest>;

/** A prompt as it arrived: from a Baton peer with its envelope, from anyone else without. */
export interface IncomingPrompt {
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  readonly envelope: Envelope | undefined;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodePrompt(request: { prompt: string; baton: Envelope }): Uint8Array {
  return encodeJson(request);
}

/**
 * Reads a prompt of either form: JSON when its first byte that is no white space is `{`, else plain text.
 * @throws {BatonError} INVALID_ARGUMENT for zero bytes, bad UTF-8, bad JSON or a wrong field; PROTOCOL for an
 * envelope of another version.
 */
export function decodePrompt(data: Uint8Array): IncomingPrompt {
  if (data.length === 0) throw new BatonError('INVALID_ARGUMENT', 'the prompt is empty');
  const text = decodeText(data);
  if (!startsWithBrace(data)) return { prompt: text, attachments: [], envelope: undefined };
  const parsed = PromptRequest.safeParse(decodeJson(text));
  if (!parsed.success) throw new BatonError('INVALID_ARGUMENT', `prompt field ${explainIssue(parsed.error)}`);
  const { prompt, attachments = [], baton } = parsed.data;
  return { prompt, attachments, envelope: baton === undefined ? undefined : parseEnvelope(baton) };
}

/** The answer to a question in mid-stream: an envelope of its own, so that no text is taken for something else. */
export function encodeAnswer(text: string): Uint8Array {
  return encodeJson({ prompt: text });
}

/** Reads such an answer of either form. A person wrote it: what looks like an envelope and is none is the text itself. */
export function decodeAnswer(data: Uint8Array): string {
  const text = new TextDecoder().decode(data);
  if (!startsWithBrace(data)) return text;
  const parsed = Answer.safeParse(parseJson(data));
  return parsed.success ? parsed.data.prompt : text;
}

const Answer = z.looseObject({ prompt: z.string() });

function decodeText(data: Uint8Array): string {
  try {
    return decoder.decode(data);
  } catch (cause) {
    throw new BatonError('INVALID_ARGUMENT', 'the prompt is not valid UTF-8', { cause });
  }
}

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BatonError('INVALID_ARGUMENT', 'the prompt begins with "{" but is not valid JSON', { cause });
  }
}

function startsWithBrace(data: Uint8Array): boolean {
  for (const byte of data) {
    if (byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x20) continue;
    return byte === 0x7b;
  }
  return false;
}
