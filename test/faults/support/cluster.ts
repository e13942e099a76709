import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type StreamConfig } from 'nats';
import { FaultyBroker } from './broker.ts';
import { freePorts } from './free-ports.ts';
import { RouteProxy } from './route-proxy.ts';

const NODES = ['n1', 'n2', 'n3'] as const;
const FORMED_MS = 30_000;
const FIRST_FORMED_MS = 10_000;
const TRIES = 5;
const CAUGHT_UP_MS = 10_000;

/** Three brokers on loopback that keep everything three times, with a proxy before each one's route port. */
export class Cluster implements AsyncDisposable {
  readonly nodes: ReadonlyMap<string, FaultyBroker>;
  readonly #proxies: readonly RouteProxy[];
  readonly #cut: Set<string>;

  private constructor(
    nodes: ReadonlyMap<string, FaultyBroker>,
    proxies: readonly RouteProxy[],
    cut: Set<string>,
  ) {
    this.nodes = nodes;
    this.#proxies = proxies;
    this.#cut = cut;
  }

  /** Resolves when it can keep a stream three times. One whose brokers do not find each other, which happens, is made anew. */
  static async start(): Promise<Cluster> {
    for (let tries = 1; ; tries += 1) {
      const cluster = await Cluster.#startOnce();
      try {
        await cluster.#canKeep();
        return cluster;
      } catch (error) {
        await cluster[Symbol.asyncDispose]();
        if (tries === TRIES) throw error;
      }
    }
  }

  static async #startOnce(): Promise<Cluster> {
    const [client = [], route = [], proxy = [], monitor = []] = await Promise.all(
      Array.from({ length: 4 }, () => freePorts(NODES.length)),
    );
    const cut = new Set<string>();
    const isCut = (from: string, to: string) => from !== to && (cut.has(from) || cut.has(to));
    const proxies = await Promise.all(
      NODES.map((node, index) =>
        RouteProxy.listen({ node, port: proxy[index] ?? 0, to: route[index] ?? 0 }, isCut),
      ),
    );
    // Each pair has one dialler: two that dial each other at once may each hang up on the other, again and again.
    const next = (index: number) => `"nats-route://127.0.0.1:${proxy[(index + 1) % proxy.length]}"`;
    const nodes = await Promise.all(
      NODES.map((node, index) =>
        FaultyBroker.prepare({
          port: client[index] ?? 0,
          monitor: monitor[index] ?? 0,
          config: `server_name: ${node}
cluster { name: faults, pool_size: -1, listen: "127.0.0.1:${route[index]}", advertise: "127.0.0.1:${proxy[index]}", routes: [${next(index)}] }`,
        }),
      ),
    );
    const cluster = new Cluster(
      new Map(NODES.map((node, index) => [node, nodes[index] as FaultyBroker])),
      proxies,
      cut,
    );
    await Promise.all(nodes.map((node) => node.start()));
    return cluster;
  }

  /** All nodes, for a client that may use any of them. */
  get url(): string {
    return [...this.nodes.values()].map(({ url }) => url).join(',');
  }

  get version(): string {
    return this.node('n1').version;
  }

  node(name: string): FaultyBroker {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`there is no node "${name}"`);
    return node;
  }

  /** From now on nothing passes between this node and the others; its clients stay connected to it. */
  isolate(name: string): void {
    this.#cut.add(name);
    this.#update();
  }

  heal(): void {
    this.#cut.clear();
    this.#update();
  }

  /** Makes a stream that is kept three times; a member that comes later takes it as it is. */
  async addStream(config: Partial<StreamConfig>): Promise<void> {
    await this.#ask((manager) => manager.streams.add({ ...config, num_replicas: 3 }));
  }

  /** From now on a stream that is there is kept three times. */
  async replicate(stream: string): Promise<void> {
    await this.#patiently(() => this.#ask((manager) => manager.streams.update(stream, { num_replicas: 3 })));
    await this.formed(stream);
  }

  /** The node that leads a stream now. */
  async leaderOf(stream: string): Promise<string> {
    const leader = await this.#ask(async (manager) => (await manager.streams.info(stream)).cluster?.leader);
    if (!leader) throw new Error(`"${stream}" has no leader`);
    return leader;
  }

  /** Resolves when every two nodes are linked, and all replicas of a stream are up to date. */
  async formed(stream: string): Promise<void> {
    await this.#patiently(() =>
      this.#ask(async (manager) => {
        const { leader, replicas = [] } = (await manager.streams.info(stream)).cluster ?? {};
        const isWhole = leader && replicas.length === 2 && replicas.every(({ current }) => current);
        if (!isWhole || !this.#isLinked()) throw new Error(`"${stream}" is not kept three times yet`);
      }),
    );
  }

  /**
   * How many replicas do not hold what most of them hold of a stream, once they have had time to catch up: the brokers
   * themselves do not tell.
   */
  async replicasApart(stream: string): Promise<number> {
    for (const latest = Date.now() + CAUGHT_UP_MS; ; await sleep(200)) {
      const held = await Promise.all([...this.nodes.values()].map((node) => node.holds(stream)));
      const states = held.map((state) => {
        const { messages, bytes, first_seq, last_seq } = state ?? {};
        return JSON.stringify([messages, bytes, first_seq, last_seq]);
      });
      const most = Math.max(...states.map((state) => states.filter((each) => each === state).length));
      if (most === states.length || Date.now() > latest) return states.length - most;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node[Symbol.asyncDispose]()));
    await Promise.all(this.#proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
  }

  #update(): void {
    for (const proxy of this.#proxies) proxy.update();
  }

  /** A leader may see both others while these do not see each other: without it they could do nothing. */
  #isLinked(): boolean {
    const pairs = this.#proxies.flatMap(({ node, diallers }) =>
      diallers.map((from) => [from, node].sort().join()),
    );
    return new Set(pairs).size === NODES.length;
  }

  async #canKeep(): Promise<void> {
    const probe = { name: 'probe', subjects: ['probe'], num_replicas: 3 };
    await this.#patiently(() => this.#ask((manager) => manager.streams.add(probe)), FIRST_FORMED_MS);
    await this.#ask((manager) => manager.streams.delete(probe.name));
  }

  async #patiently(work: () => Promise<unknown>, longestMs = FORMED_MS): Promise<void> {
    for (const latest = Date.now() + longestMs; ; await sleep(100)) {
      try {
        await work();
        return;
      } catch (error) {
        if (Date.now() > latest) throw error;
      }
    }
  }

  async #ask<T>(
    question: (manager: Awaited<ReturnType<typeof connectManager>>['manager']) => Promise<T>,
  ): Promise<T> {
    const { manager, connection } = await connectManager(this.url);
    try {
      return await question(manager);
    } finally {
      await connection.close();
    }
  }
}

async function connectManager(url: string) {
  const connection = await connect({ servers: url.split(','), timeout: 1000, reconnect: false });
  const manager = await connection.jetstreamManager({ timeout: 2000, checkAPI: false });
  return { connection, manager };
}
