import {join} from 'node:path';
import {type Duplex} from 'node:stream';
import {RaftNode} from '../../../src/raft/driver/raft-node.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {LevelDisk} from '../../../src/raft/log/level-disk.ts';
import {NetTransport} from '../../../src/raft/net/net-transport.ts';
import {type RaftConfig, scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {dialer} from '../../../src/rpc/net/dial.ts';
import {firstByte} from '../../../src/rpc/net/first-byte.ts';
import {RpcListener} from '../../../src/rpc/net/rpc-listener.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemRandom} from '../../../src/runtime/random.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {CountingFsm} from '../driver/counting-fsm.ts';

/** Quick enough for a test, and slow enough for a machine that does other things as well. */
const config: RaftConfig = {...scaledRaftConfig(2), trailingLogs: 5};

/** Tells who waits when the state machine has moved. */
class WatchedFsm extends CountingFsm {
  #watchers: (() => void)[] = [];

  override async applyBatch(entries: Parameters<CountingFsm['applyBatch']>[0]): Promise<readonly unknown[]> {
    const results = await super.applyBatch(entries);
    this.#moved();
    return results;
  }

  override async restore(source: AsyncIterable<Buffer>): Promise<void> {
    await super.restore(source);
    this.#moved();
  }

  #moved(): void {
    for (const resolve of this.#watchers.splice(0)) resolve();
  }

  /** Resolves when a command has been applied. */
  has(command: string): Promise<void> {
    return this.#until(() => this.commands.includes(command));
  }

  /** Resolves when a command with that text in it has been applied. */
  hasPart(text: string): Promise<void> {
    return this.#until(() => this.commands.some((command) => command.includes(text)));
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
}

/** A server's Raft with a real disk and a real port 8300, which is another one at every test. */
export class RaftServer {
  readonly id: string;
  readonly fsm = new WatchedFsm();
  readonly node: RaftNode;
  readonly address: string;
  readonly #listener: RpcListener;

  private constructor(id: string, address: string, folder: string, listener: RpcListener, transport: NetTransport, times: Partial<RaftConfig>) {
    this.id = id;
    this.address = address;
    this.#listener = listener;
    this.node = new RaftNode({
      id,
      address,
      logStore: new BatchedLogStore(new LevelDisk(join(folder, id, 'log'))),
      snapshotStore: new DirectorySnapshotStore(join(folder, id, 'snapshots')),
      fsm: this.fsm,
      transport,
      clock: systemClock,
      random: systemRandom,
      wasMember: false, config: {...config, ...times},
      logger: silentLogger,
    });
  }

  /** Starts (or starts again) the server of that id in the folder. */
  static async start(id: string, folder: string, port = 0, times: Partial<RaftConfig> = {}): Promise<RaftServer> {
    let accept: (stream: Duplex) => void = (stream) => void stream.destroy();
    const listener = new RpcListener({
      host: '127.0.0.1', port, handlers: new Map([[firstByte.raft, (stream: Duplex) => accept(stream)]]), clock: systemClock, logger: silentLogger,
    });
    const address = `127.0.0.1:${(await listener.listen()).port}`;
    const dial = dialer({clock: systemClock});
    const transport = new NetTransport({
      self: {id, address},
      dial: (peer) => dial({address: peer.address, datacenter: 'dc1', name: peer.id}, firstByte.raft),
      clock: systemClock,
      logger: silentLogger,
    });
    accept = (stream) => transport.accept(stream);
    const server = new RaftServer(id, address, folder, listener, transport, times);
    await server.node.start();
    return server;
  }

  get port(): number {
    return Number(this.address.split(':')[1]);
  }

  async close(): Promise<void> {
    await this.node.close();
    await this.#listener.close();
  }
}

/** The leader among the servers, when there is one. */
export async function leaderOf(servers: readonly RaftServer[]): Promise<RaftServer> {
  for (;;) {
    const leader = servers.find(({node}) => node.role === 'leader');
    if (leader !== undefined) return leader;
    await new Promise<void>((resolve) => {
      const stops = servers.map(({node}) => node.onRole(() => {
        for (const stop of stops) stop();
        resolve();
      }));
    });
  }
}
