import {
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  NatsError,
  type StreamConfig,
  type StreamInfo,
} from 'nats';
import { describe, expect, it } from 'vitest';
import { ensureStream, requireJetStream } from '../../../src/bus/requirements.ts';

const brokerOf = (info: object) => ({ info }) as unknown as NatsConnection;

const wanted = { name: 'ledger', subjects: ['ledger'], discard: DiscardPolicy.New, deny_delete: true };

/** A broker's streams as far as they are asked for here; `add` is what it makes of a request for one. */
function streams({ there, add }: { there?: object; add?: (config: Partial<StreamConfig>) => object }) {
  let config = there;
  const notFound = () => {
    const error = new NatsError('stream not found', '404');
    error.api_error = { code: 404, err_code: 10059, description: 'stream not found' };
    return error;
  };
  const manager = {
    streams: {
      info: async () => {
        if (!config) throw notFound();
        return { config } as StreamInfo;
      },
      add: async (asked: Partial<StreamConfig>) => {
        config = (add ?? ((it) => it))(asked);
        return { config } as StreamInfo;
      },
    },
  };
  return manager as unknown as JetStreamManager;
}

describe('a broker on which a promise would not hold', () => {
  it.each([
    {
      what: 'is too old',
      info: { version: '2.9.10', jetstream: true },
      says: /the ledger needs .*2\.10\.23.*is nats-server 2\.9\.10/,
    },
    {
      what: 'has lost what it acknowledged',
      info: { version: '2.10.22', jetstream: true },
      says: /is nats-server 2\.10\.22/,
    },
    {
      what: 'runs without JetStream',
      info: { version: '2.15.1', jetstream: false },
      says: /has JetStream turned off.*npx baton up/,
    },
  ])('is refused when it $what', ({ info, says }) => {
    const ask = () => requireJetStream(brokerOf(info), 'the ledger');
    expect(ask).toThrow(
      expect.objectContaining({ code: 'FAILED_PRECONDITION', message: expect.stringMatching(says) }),
    );
  });

  it('is not given up for good while it is away: what it can do is then not known', () => {
    const ask = () => requireJetStream({ info: undefined } as unknown as NatsConnection, 'the ledger');
    expect(ask).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('is taken when it is recent and runs JetStream', () => {
    requireJetStream(brokerOf({ version: '2.10.23', jetstream: true }), 'the ledger');
  });
});

describe('a stream', () => {
  it('is made as it is asked for', async () => {
    await ensureStream(streams({}), wanted);
  });

  it('is refused when the broker dropped a setting it does not know, without a word', async () => {
    const forgetful = streams({ add: ({ deny_delete: _dropped, ...kept }) => kept });
    await expect(ensureStream(forgetful, wanted)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringMatching(/the stream "ledger" .*its "deny_delete" is undefined, not true/),
    });
  });

  it('that exists is refused when a setting differs, and taken whatever the operator chose besides', async () => {
    const there = { ...wanted, num_replicas: 3, max_bytes: 10 };
    await ensureStream(streams({ there }), wanted);
    const other = streams({ there: { ...there, discard: DiscardPolicy.Old } });
    await expect(ensureStream(other, wanted)).rejects.toThrow(/its "discard" is "old", not "new"/);
  });

  it('that exists is judged by what its user needs of it', async () => {
    const there = { name: 'ledger', subjects: ['ledger'], max_age: 5 };
    await ensureStream(streams({ there }), wanted, () => undefined);
    await expect(ensureStream(streams({ there }), wanted, () => 'it forgets')).rejects.toThrow(/it forgets/);
  });

  it('that another member makes at the same moment is taken', async () => {
    const manager = streams({
      add: () => {
        throw new NatsError('stream name already in use', '400');
      },
    });
    let looks = 0;
    const { info } = manager.streams;
    manager.streams.info = (name) =>
      looks++ === 0 ? info(name) : Promise.resolve({ config: wanted } as unknown as StreamInfo);
    await ensureStream(manager, wanted);
  });

  it('that the broker refuses to make is told as it refused it', async () => {
    const manager = streams({
      add: () => {
        throw new NatsError('no suitable peers for placement', '400');
      },
    });
    await expect(ensureStream(manager, wanted)).rejects.toThrow('no suitable peers');
  });
});
