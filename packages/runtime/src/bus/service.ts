import type { NatsConnection, Service, ServiceMsg } from 'nats';
import type { ServiceMetadata } from '../wire/card.ts';
import { decodeJson } from '../wire/json.ts';
import type { Address } from '../wire/name.ts';
import { freeSubject, promptSubject, QUEUE_GROUP, SERVICE_NAME, statusSubject } from '../wire/subject.ts';
import { briefly } from './briefly.ts';
import type { BusMessage } from './inbox.ts';
import { Offers } from './offers.ts';
import { orUnavailable } from './or-unavailable.ts';
import { serverIdOf } from './server-id.ts';

/** What an agent instance registers as (protocol section 3). */
export interface AgentServiceOptions {
  readonly address: Address;
  readonly version: string;
  readonly description: string;
  readonly metadata: ServiceMetadata;
  /** Bytes a prompt may have. */
  readonly maxPayload: number;
  readonly attachmentsOk: boolean;
  onPrompt(message: BusMessage): void;
  /** A prompt that came for a free place. */
  onDrawn(message: BusMessage): void;
  /** A fresh heartbeat: the answer of the status endpoint. */
  status(): Uint8Array;
}

/** An agent instance's registration as the NATS micro service `agents`. */
export interface AgentService {
  /** The instance id: the id of the micro service. */
  readonly id: string;
  /** Prompts that are taken for free places, beside those that come anyway. */
  readonly offers: Offers;
  /** Leaves both queue groups; prompts already received are still handed over. */
  stop(): Promise<void>;
}

/** Registers the service and both endpoints, and returns when the broker knows them. @throws {BatonError} UNAVAILABLE. */
export async function addAgentService(
  connection: NatsConnection,
  options: AgentServiceOptions,
): Promise<AgentService> {
  const { address, version, description, metadata } = options;
  const adding = connection.services.add({
    name: SERVICE_NAME,
    version,
    description,
    metadata: metadata as Record<string, string>,
    queue: QUEUE_GROUP,
    // Late joiners read an instance's state from its statistics: the same facts as a heartbeat.
    // (The handler is given the named endpoint; the client's type leaves the name out.)
    statsHandler: (endpoint) =>
      Promise.resolve(
        (endpoint as { name?: string }).name === 'status' ? decodeJson(options.status()) : null,
      ),
  });
  const service: Service = await orUnavailable(adding);
  service.addEndpoint('prompt', {
    subject: promptSubject(address),
    queue: QUEUE_GROUP,
    metadata: { max_payload: `${options.maxPayload}B`, attachments_ok: String(options.attachmentsOk) },
    handler: (error, message) => {
      if (!error) options.onPrompt(asBusMessage(message));
    },
  });
  service.addEndpoint('status', {
    subject: statusSubject(address),
    queue: QUEUE_GROUP,
    handler: (error, message) => {
      if (!error) message.respond(options.status());
    },
  });
  await orUnavailable(connection.flush()).catch(async (error: unknown) => {
    // The client would register it again when the broker is back.
    await briefly(service.stop());
    throw error;
  });
  const offers = new Offers(connection, {
    subject: () => freeSubject(address, serverIdOf(connection)),
    queue: QUEUE_GROUP,
    onMessage: options.onDrawn,
  });
  return {
    id: service.info().id,
    offers,
    stop: async () => {
      await Promise.all([briefly(service.stop()), offers.drain()]);
    },
  };
}

/** `ServiceMsg` hides that `reply` may be missing; a prompt without one is dropped by its reader. */
function asBusMessage(message: ServiceMsg): BusMessage {
  return message as unknown as BusMessage;
}
