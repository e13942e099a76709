import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AgentCard, ServiceInfo } from '../../../src/wire/card.ts';
import { ACK, Chunk, decodeChunks, encodeChunk, TERMINATOR } from '../../../src/wire/chunk.ts';
import { Envelope, parseEnvelope } from '../../../src/wire/envelope.ts';
import { HandoffError } from '../../../src/wire/error.ts';
import { decodeError, encodeErrorBody } from '../../../src/wire/error-body.ts';
import { decodeHeartbeat, encodeHeartbeat } from '../../../src/wire/heartbeat.ts';
import { decodePrompt, encodePrompt } from '../../../src/wire/prompt.ts';

/** One example of everything that crosses the bus, as deployed versions write it. Change it and they cannot talk. */
const file = (name: string) => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8').trim();
/** Laid out for people in the file; on the bus it is one line. */
const golden = (name: string) => JSON.stringify(JSON.parse(file(`${name}.json`)));
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const bytes = (json: string) => new TextEncoder().encode(json);

it('reads and writes a handoff request as it always did', () => {
  const { envelope, prompt, attachments } = decodePrompt(bytes(golden('handoff-request')));
  expect(prompt).toBe('what about my stock?');
  expect(attachments).toEqual([]);
  expect(envelope).toMatchObject({ v: 1, target: 'acme/finance', hops: 1, mode: 'call' });
  expect(text(encodePrompt({ prompt, baton: envelope as Envelope }))).toBe(golden('handoff-request'));
});

it('reads and writes a heartbeat as it always did', () => {
  const beat = decodeHeartbeat(bytes(golden('heartbeat')));
  expect(beat).toMatchObject({ agent: 'baton', instance_id: 'VMKS1TUZ5M0M8QKQWDY2HT', state: 'ready' });
  expect(text(encodeHeartbeat(beat as NonNullable<typeof beat>))).toBe(golden('heartbeat'));
});

it('reads and writes every kind of chunk as it always did', () => {
  const lines = file('chunks.jsonl').split('\n');
  const chunks = lines.flatMap((line) => decodeChunks(bytes(line)));
  expect(chunks.map((chunk) => chunk?.type)).toEqual([
    'status',
    'response',
    'response',
    'query',
    'baton',
    'baton',
    'baton',
    'baton',
    'end',
  ]);
  expect(chunks.map((chunk) => text(encodeChunk(Chunk.parse(chunk))))).toEqual(lines);
  expect(text(ACK)).toBe(lines[0]);
  expect(TERMINATOR).toHaveLength(0);
});

it('reads and writes an error as it always did', () => {
  const { error, result } = decodeError(500, 'ignored', bytes(golden('error')));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, target: 'finance' });
  expect(result).toMatchObject({ success: false, handoffs: [{ to: 'finance', success: false }] });
  const again = new HandoffError(error.message, { code: error.code, target: error.target });
  expect(text(encodeErrorBody(again, result))).toBe(golden('error'));
});

it('reads and writes an agent card as it always did', () => {
  expect(JSON.stringify(AgentCard.parse(JSON.parse(golden('card'))))).toBe(golden('card'));
});

it('reads the INFO record of an instance as the micro protocol writes it', () => {
  expect(ServiceInfo.parse(JSON.parse(golden('info')))).toMatchObject({
    id: 'VMKS1TUZ5M0M8QKQWDY2HT',
    metadata: { agent: 'baton', protocol_version: '0.3' },
    endpoints: [{ name: 'prompt' }, { name: 'status' }],
  });
});

it('keeps fields it does not know, wherever a later version may add them', () => {
  const request = JSON.parse(golden('handoff-request')) as { baton: Record<string, unknown> };
  const later = {
    ...request.baton,
    tariff: { cents: 40 },
    source: { ...(request.baton.source as object), zone: 'eu' },
    caller: { ...(request.baton.caller as object), proof: 'jwt' },
    metadata: { ...(request.baton.metadata as object), tier: 'gold' },
    messages: [{ role: 'user', content: [{ type: 'image', url: 'x' }], name: 'Ann' }],
  };
  expect(parseEnvelope(later)).toEqual(later);
  expect(Envelope.parse(later)).not.toBe(later);
});
