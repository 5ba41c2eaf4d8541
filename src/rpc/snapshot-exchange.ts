import {Readable, type Duplex} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {QueryMeta} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, str} from '../schema/types.ts';
import {MsgpackFramer} from '../wire/msgpack-framer.ts';
import {snapshotHeaderBytesMax} from './limits.ts';

export const SnapshotRequest = struct('SnapshotRequest', {Datacenter: str, Token: str, AllowStale: bool, Op: int});
export type SnapshotRequest = TypeOf<typeof SnapshotRequest>;

/** The two operations of byte 5. */
export const snapshotOp = {save: 0, restore: 1} as const;

export const SnapshotResponse = struct('SnapshotResponse', {Error: str, ...embed(QueryMeta)});
export type SnapshotResponse = TypeOf<typeof SnapshotResponse>;

export interface SnapshotReply {
  readonly response: SnapshotResponse;
  /** What was saved; empty for a restore, and for an error. */
  readonly archive: Readable;
}

/** Saves and restores the whole state. */
export interface SnapshotExchange {
  /** @param archive what is to be restored; empty for a save */
  exchange(request: SnapshotRequest, archive: Readable): Promise<SnapshotReply>;
}

/**
 * One exchange over a connection past byte 5 (rpc-raft.md §11): request and archive out, our end closed, then the reply.
 * @throws Error when the connection breaks before the reply is whole
 */
export async function callSnapshot(stream: Duplex, request: SnapshotRequest, archive: Readable): Promise<SnapshotReply> {
  stream.write(SnapshotRequest.toMsgpack(request));
  const [{header, rest}] = await Promise.all([readHeader(stream), pipeline(archive, stream)]);
  return {response: SnapshotResponse.fromMsgpack(header), archive: rest};
}

/** Answers the exchange on a connection that came in. Closes it. */
export async function serveSnapshot(stream: Duplex, service: SnapshotExchange): Promise<void> {
  const {header, rest} = await readHeader(stream);
  const {response, archive} = await service.exchange(SnapshotRequest.fromMsgpack(header), rest);
  stream.write(SnapshotResponse.toMsgpack(response));
  await pipeline(archive, stream);
}

/** The msgpack value that a stream begins with, and what follows it. */
async function readHeader(stream: Duplex): Promise<{readonly header: Buffer; readonly rest: Readable}> {
  const framer = new MsgpackFramer(snapshotHeaderBytesMax);
  const chunks = stream.iterator({destroyOnReturn: false}) as AsyncIterator<Buffer, undefined>;
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) throw new Error('EOF');
    framer.push(next.value);
    const header = framer.next();
    if (header === null) continue;
    const already = framer.takeRest();
    async function* following(): AsyncGenerator<Buffer> {
      if (already.length > 0) yield already;
      for (;;) {
        const more = await chunks.next();
        if (more.done === true) return;
        yield more.value;
      }
    }
    return {header: Buffer.from(header), rest: Readable.from(following(), {objectMode: false})};
  }
}
