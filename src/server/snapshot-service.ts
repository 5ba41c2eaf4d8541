import {createReadStream} from 'node:fs';
import {mkdtemp, open, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {demand, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type RaftNode} from '../raft/driver/raft-node.ts';
import {ArchiveError, verifyArchive} from '../raft/snapshot/snapshot-archive-reader.ts';
import {snapshotArchive} from '../raft/snapshot/snapshot-archive-writer.ts';
import {type Dial, type DialTarget} from '../rpc/net/dial.ts';
import {firstByte} from '../rpc/net/first-byte.ts';
import {callSnapshot, type SnapshotExchange, snapshotOp, type SnapshotReply, type SnapshotRequest, SnapshotResponse} from '../rpc/snapshot-exchange.ts';
import {type ClusterLeadership} from './cluster-router.ts';

/** Records of snapshots up to this version are understood. */
const snapshotVersionMax = 1;
const stateFileMode = 0o600;

export interface SnapshotServiceOptions {
  readonly datacenter: string;
  readonly raft: RaftNode;
  readonly leadership: Pick<ClusterLeadership, 'isLeader'> & {readonly knownLeader: boolean; readonly lastContactNs: number};
  readonly resolver: TokenResolver;
  readonly dial: Dial;
  /** The leader, or a server of another datacenter. @throws ConsulError when there is none */
  readonly serverFor: (datacenter: string) => DialTarget;
  /** Where an archive is kept until all of it is known to be whole. */
  readonly scratchDir: string;
  /** Told when a restored state has its place in the log, which takes writes again. */
  readonly restored: () => void;
}

/** Saves and restores the state: here on the leader, else by way of it (rpc-raft.md §11). */
export class SnapshotService implements SnapshotExchange {
  readonly #o: SnapshotServiceOptions;

  constructor(options: SnapshotServiceOptions) {
    this.#o = options;
  }

  async exchange(request: SnapshotRequest, archive: Readable): Promise<SnapshotReply> {
    try {
      return await this.#run(request, archive);
    } catch (error) {
      if (!(error instanceof ConsulError) && !(error instanceof ArchiveError)) throw error;
      return {response: SnapshotResponse.make({Error: error.message}), archive: nothing()};
    }
  }

  async #run(request: SnapshotRequest, archive: Readable): Promise<SnapshotReply> {
    const {datacenter, leadership, resolver, dial, serverFor} = this.#o;
    const isElsewhere = request.Datacenter !== '' && request.Datacenter !== datacenter;
    const mayAnswer = leadership.isLeader || (request.AllowStale && request.Op === snapshotOp.save);
    if (isElsewhere || !mayAnswer) {
      const target = serverFor(isElsewhere ? request.Datacenter : datacenter);
      return await callSnapshot(await dial(target, firstByte.snapshot), request, archive);
    }
    demand(await resolver.resolve(request.Token), 'acl', 'write');
    if (request.Op === snapshotOp.save) return await this.#save();
    if (request.Op !== snapshotOp.restore) throw new ConsulError(`unrecognized snapshot op ${request.Op}`);
    if (request.AllowStale) throw new ConsulError('stale not allowed for restore');
    await this.#restore(archive);
    return {response: SnapshotResponse.zero(), archive: nothing()};
  }

  async #save(): Promise<SnapshotReply> {
    const {raft, leadership} = this.#o;
    const meta = (await raft.snapshot()) ?? (await raft.snapshots.list()).snapshots[0];
    if (meta === undefined) throw new ConsulError('Raft error when taking snapshot: nothing new to snapshot');
    const {knownLeader, lastContactNs} = leadership;
    const response = SnapshotResponse.make({Index: meta.index, KnownLeader: knownLeader, LastContact: lastContactNs});
    return {response, archive: snapshotArchive(meta, raft.snapshots.read(meta))};
  }

  /** Nothing is changed before the whole archive has been seen and its sums are right. */
  async #restore(archive: Readable): Promise<void> {
    const {raft, scratchDir, restored} = this.#o;
    const folder = await mkdtemp(join(scratchDir, 'restore-'));
    try {
      const file = join(folder, 'state.bin');
      await receiveState(archive, file);
      const state = createReadStream(file);
      try {
        await raft.restore(state);
      } finally {
        state.destroy();
      }
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
    restored();
  }
}

/** Writes an archive's state to a file of its own. @throws ArchiveError, ConsulError, and what the disk says */
async function receiveState(archive: Readable, file: string): Promise<void> {
  const out = await open(file, 'wx', stateFileMode);
  try {
    let sizeBytes = 0;
    const meta = await verifyArchive(archive, async (piece) => {
      await out.appendFile(piece);
      sizeBytes += piece.length;
    });
    if (meta.Version < 0 || meta.Version > snapshotVersionMax) throw restoreError(`unsupported snapshot version ${meta.Version}`);
    if (sizeBytes !== meta.Size) throw restoreError(`failed to write snapshot, size didn't match (${sizeBytes} != ${meta.Size})`);
  } finally {
    await out.close();
  }
}

function restoreError(what: string): ConsulError {
  return new ConsulError(`Raft error when restoring snapshot: ${what}`);
}

function nothing(): Readable {
  return Readable.from([]);
}
