import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** One route between two nodes, as the proxy of the dialled one sees it. */
interface Link {
  readonly dialler: Socket;
  readonly dialled: Socket;
  /** Known once the dialler has said who it is. */
  from: string | undefined;
  isCut: boolean;
}

const NAME = /"server_name":"([^"]+)"/;

/**
 * Stands before the route port of one node of a cluster; every other node dials it here, because it is what the node
 * advertises (`no_advertise` alone does not help: the nodes tell each other of a direct way). A link is told by the INFO
 * line its dialler sends first.
 */
export class RouteProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #node: string;
  readonly #isCut: (from: string, to: string) => boolean;

  private constructor(node: string, isCut: (from: string, to: string) => boolean, to: number) {
    this.#node = node;
    this.#isCut = isCut;
    this.#server = createServer((socket) => this.#accept(socket, to));
  }

  /** `isCut` says of two nodes whether nothing may pass between them now. */
  static async listen(
    { node, port, to }: { readonly node: string; readonly port: number; readonly to: number },
    isCut: (from: string, to: string) => boolean,
  ): Promise<RouteProxy> {
    const proxy = new RouteProxy(node, isCut, to);
    proxy.#server.listen(port, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** To be called when cuts have changed: links that are cut swallow everything, links that are mended are dialled anew. */
  update(): void {
    for (const link of this.#links) {
      const isCut = link.from !== undefined && this.#isCut(link.from, this.#node);
      // What was swallowed is gone: the stream of bytes has a hole, so the route must begin again.
      if (link.isCut && !isCut) this.#close(link);
      link.isCut = isCut;
    }
  }

  /** Nodes that have a route open to this one which lets everything pass. */
  get diallers(): string[] {
    return [...this.#links].flatMap(({ from, isCut }) => (from === undefined || isCut ? [] : [from]));
  }

  get node(): string {
    return this.#node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links) this.#close(link);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(dialler: Socket, to: number): void {
    const link: Link = { dialler, dialled: connect(to, '127.0.0.1'), from: undefined, isCut: false };
    this.#links.add(link);
    dialler.on('data', (data) => {
      link.from ??= NAME.exec(data.toString('latin1'))?.[1];
      if (link.from !== undefined) link.isCut = this.#isCut(link.from, this.#node);
      if (!link.isCut) link.dialled.write(data);
    });
    link.dialled.on('data', (data) => {
      if (!link.isCut) dialler.write(data);
    });
    for (const socket of [dialler, link.dialled]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.#close(link));
      socket.on('close', () => this.#close(link));
    }
  }

  #close(link: Link): void {
    this.#links.delete(link);
    link.dialler.destroy();
    link.dialled.destroy();
  }
}
