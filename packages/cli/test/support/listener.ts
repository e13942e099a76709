import { once } from 'node:events';
import { connect } from 'node:net';

/** Everything that is published on a broker, seen by a client that is not ours. */
export interface Listener extends Disposable {
  /** Subjects, in order, up to now: the broker is asked once more before this resolves. */
  subjects(): Promise<string[]>;
}

/** Resolves when every later message will be seen. */
export async function listenToAll(url: string): Promise<Listener> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  let received = '';
  let pongs = 0;
  socket.on('data', (text) => {
    received += text;
  });
  await once(socket, 'connect');
  socket.write('CONNECT {"verbose":false}\r\nSUB > 1\r\n');
  const flush = async () => {
    socket.write('PING\r\n');
    pongs += 1;
    while (received.split('PONG\r\n').length <= pongs) await once(socket, 'data');
  };
  await flush();
  return {
    async subjects() {
      await flush();
      return [...received.matchAll(/^H?MSG (\S+) /gm)].map(([, subject = '']) => subject);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
