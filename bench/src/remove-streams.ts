import { connect } from 'nats';

/** Removes all streams whose names begin so. */
export async function removeStreams(server: string, prefix: string): Promise<void> {
  const connection = await connect({ servers: server });
  const { streams } = await connection.jetstreamManager();
  for await (const { config } of streams.list()) {
    if (config.name.startsWith(prefix)) await streams.delete(config.name);
  }
  await connection.close();
}
