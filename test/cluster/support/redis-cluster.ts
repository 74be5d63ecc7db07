import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { OwnServer } from '../../support/own-server.js';

/** Milliseconds after which the others take a server for lost. */
const NODE_TIMEOUT = 1000;
const PRIMARIES = 3;
const REPLICAS = 3;
/** How long the servers may take to agree on something. */
const LONGEST = 30_000;

interface Node {
  server: OwnServer;
  /** To this server alone. */
  admin: Redis;
}

/** Six servers of our own: three primaries with a third of the keys each, and a replica for each of them. */
export class RedisCluster {
  private constructor(private readonly nodes: Node[]) {}

  static async start(): Promise<RedisCluster> {
    const cluster = new RedisCluster(await Promise.all(Array.from({ length: PRIMARIES + REPLICAS }, startNode)));
    const addresses = cluster.nodes.map(({ server }) => `127.0.0.1:${server.port}`);
    const options = ['--cluster-replicas', String(REPLICAS / PRIMARIES), '--cluster-yes'];
    await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, ...options]);
    await cluster.settled();
    return cluster;
  }

  /** A client as an application would make it. */
  client(): Cluster {
    const client = new Cluster(
      this.nodes.map(({ server }) => ({ host: '127.0.0.1', port: server.port })),
      { redisOptions: { commandTimeout: 2000, connectTimeout: 1000, maxRetriesPerRequest: 1 } },
    );
    // Without a listener ioredis prints what commands tell as well.
    client.on('error', () => {});
    return client;
  }

  async primaries(): Promise<Node[]> {
    const roles = await Promise.all(
      this.nodes.map(({ admin }) =>
        admin.role().then(
          ([role]) => role as string,
          () => 'lost',
        ),
      ),
    );
    return this.nodes.filter((_, index) => roles[index] === 'master');
  }

  /** Settles when every primary has all its replicas, and every server agrees that all is well. */
  async settled(): Promise<void> {
    await eventually(async () => {
      const known = await Promise.all(this.nodes.map(({ admin }) => admin.cluster('INFO').catch(() => '')));
      const replication = await Promise.all(this.nodes.map(({ admin }) => admin.info('replication').catch(() => '')));
      return (
        known.every((info) => String(info).includes('cluster_state:ok')) &&
        replication.filter((info) => info.includes('master_link_status:up')).length === REPLICAS
      );
    });
  }

  /**
   * Settles when the replicas have all that was written until now. Redis promises no such thing: it
   * answers before a replica knows, and what the primary lost in that moment is lost.
   */
  async replicated(): Promise<void> {
    for (const { admin } of await this.primaries()) {
      await writeSomething(admin);
      if ((await admin.wait(1, LONGEST)) < 1) throw new Error('a replica lags behind');
    }
  }

  /** Kills the primary that a key belongs to, with no chance to say good-bye. */
  async losePrimaryOf(key: string): Promise<Node> {
    const [node] = this.nodes;
    const slot = await node!.admin.cluster('KEYSLOT', key);
    const ranges = await node!.admin.cluster('SLOTS');
    const [, , primary] = ranges.find(([first, last]) => first <= slot && slot <= last)!;
    const lost = this.nodes.find(({ server }) => server.port === primary![1])!;
    await lost.server.stop();
    return lost;
  }

  freeze(): void {
    for (const { server } of this.nodes) server.freeze();
  }

  thaw(): void {
    for (const { server } of this.nodes) server.thaw();
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ server }) => server.stop()));
  }

  async remove(): Promise<void> {
    for (const { admin } of this.nodes) admin.disconnect();
    await Promise.all(this.nodes.map(({ server }) => server.remove()));
  }
}

async function startNode(): Promise<Node> {
  const options = {
    'cluster-node-timeout': String(NODE_TIMEOUT),
    // A replica is to have its data at once, and to stand in whatever it has missed.
    'repl-diskless-sync-delay': '0',
    'cluster-replica-validity-factor': '0',
    'cluster-allow-replica-migration': 'no',
  };
  const server = await OwnServer.redisNode(...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]));
  const admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 0 });
  admin.on('error', () => {});
  return { server, admin };
}

/** Under a key that belongs to this server; others it refuses. */
async function writeSomething(admin: Redis): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      await admin.set(`something${n}`, n);
      return;
    } catch (error) {
      if (!(error as Error).message.startsWith('MOVED')) throw error;
    }
  }
}

/** Servers tell nobody when they have agreed: they have to be asked. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LONGEST;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await pause(20);
  }
}
