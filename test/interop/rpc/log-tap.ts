import {join} from 'node:path';
import {type Duplex} from 'node:stream';
import {type Fsm, type FsmSnapshot} from '../../../src/raft/driver/fsm.ts';
import {RaftNode} from '../../../src/raft/driver/raft-node.ts';
import {BatchedLogStore} from '../../../src/raft/log/batched-log-store.ts';
import {SimulatedDisk} from '../../../src/raft/log/simulated-disk.ts';
import {type LogEntry} from '../../../src/raft/log-entry.ts';
import {NetTransport} from '../../../src/raft/net/net-transport.ts';
import {scaledRaftConfig} from '../../../src/raft/raft-config.ts';
import {DirectorySnapshotStore} from '../../../src/raft/snapshot/directory-snapshot-store.ts';
import {dialer} from '../../../src/rpc/net/dial.ts';
import {firstByte} from '../../../src/rpc/net/first-byte.ts';
import {RpcListener} from '../../../src/rpc/net/rpc-listener.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {systemRandom} from '../../../src/runtime/random.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';

/** Keeps the snapshot it was sent and the command entries that came after it, as they came. */
class KeepingFsm implements Fsm {
  state: Buffer = Buffer.alloc(0);
  entries: LogEntry[] = [];

  applyBatch(entries: readonly LogEntry[]): readonly unknown[] {
    this.entries.push(...entries);
    return entries.map(() => null);
  }

  snapshot(): FsmSnapshot {
    const {state} = this;
    return {
      write: async function* () {
        yield await Promise.resolve(state);
      },
      release: () => undefined,
    };
  }

  async restore(source: AsyncIterable<Buffer>): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of source) pieces.push(piece);
    this.state = Buffer.concat(pieces);
    this.entries = [];
  }
}

const tapId = '1a2b3c4d-0000-4000-8000-00000000007a';

/** A follower without a vote: it is told everything, and says nothing. */
export class LogTap {
  readonly id = tapId;
  readonly fsm = new KeepingFsm();
  readonly address: string;
  readonly node: RaftNode;
  readonly #listener: RpcListener;

  private constructor(address: string, folder: string, listener: RpcListener, transport: NetTransport) {
    this.address = address;
    this.#listener = listener;
    this.node = new RaftNode({
      id: this.id,
      address,
      logStore: new BatchedLogStore(new SimulatedDisk().asLogDisk()),
      snapshotStore: new DirectorySnapshotStore(join(folder, 'tap')),
      fsm: this.fsm,
      transport,
      clock: systemClock,
      random: systemRandom,
      wasMember: false, config: {...scaledRaftConfig(1), trailingLogs: 1_000_000},
      logger: silentLogger,
    });
  }

  static async start(folder: string): Promise<LogTap> {
    let accept: (stream: Duplex) => void = (stream) => void stream.destroy();
    const listener = new RpcListener({
      host: '127.0.0.1', port: 0, handlers: new Map([[firstByte.raft, (stream: Duplex) => accept(stream)]]), clock: systemClock, logger: silentLogger,
    });
    const address = `127.0.0.1:${(await listener.listen()).port}`;
    const dial = dialer({clock: systemClock});
    const transport = new NetTransport({
      self: {id: tapId, address},
      dial: (peer) => dial({address: peer.address, datacenter: 'dc1', name: peer.id}, firstByte.raft),
      clock: systemClock,
      logger: silentLogger,
    });
    accept = (stream) => transport.accept(stream);
    const tap = new LogTap(address, folder, listener, transport);
    await tap.node.start();
    return tap;
  }

  async close(): Promise<void> {
    await this.node.close();
    await this.#listener.close();
  }
}
