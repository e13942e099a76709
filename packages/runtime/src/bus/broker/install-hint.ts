import { MIN_NATS_SERVER } from './version.ts';

/** The one line that tells a person how to get a broker; every error about a missing nats-server ends with it. */
export function installHint(): string {
  return [
    `Get nats-server ${MIN_NATS_SERVER} or newer with 'apt-get install nats-server' (Debian 13 or later),`,
    `'brew install nats-server' or from https://github.com/nats-io/nats-server/releases,`,
    'on the PATH or named by BATON_NATS_SERVER;',
    `or run 'docker run -p 127.0.0.1:4222:4222 nats:2 -js' and set NATS_URL=nats://127.0.0.1:4222.`,
  ].join(' ');
}
