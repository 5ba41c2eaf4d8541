import {type Readable} from 'node:stream';
import {awaitReadable} from '../../runtime/await-readable.ts';

/** What a connection to port 8300 is for: its first byte (rpc-raft.md §1). */
export const firstByte = {
  /** One msgpack-rpc stream. */
  rpc: 0,
  raft: 1,
  /** A TLS handshake follows, and in it another first byte. */
  tls: 3,
  /** A yamux session whose streams are msgpack-rpc streams. */
  multiplexed: 4,
  snapshot: 5,
  /** TLS without a client certificate; in it one msgpack-rpc stream for AutoEncrypt and AutoConfig. */
  tlsInsecure: 7,
  grpc: 8,
  raftForwarding: 9,
} as const;

/** A first byte above the last one known is taken for the beginning of TLS itself, where that is served. */
export const FIRST_BYTE_MAX = 9;

/** Takes one byte off a stream that is not flowing, and leaves the rest to the next reader; undefined at the end. */
export async function readFirstByte(stream: Readable): Promise<number | undefined> {
  for (;;) {
    const byte = stream.read(1) as Buffer | null;
    if (byte !== null) return byte[0];
    if (!(await awaitReadable(stream))) return undefined;
  }
}
