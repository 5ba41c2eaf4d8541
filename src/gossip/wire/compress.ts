import {lzwCompress, lzwDecompress} from '../../wire/lzw.ts';
import {messageTypeByte} from '../swim/messages.ts';
import {GossipDecodeError} from './gossip-decode-error.ts';
import {CompressBody} from './swim-schema.ts';

/** Wraps a message as compressed, whether that makes it shorter or not [gossip.md §3.5]. */
export function compress(plain: Uint8Array): Buffer {
  return CompressBody.toMsgpack({Algo: 0, Buf: lzwCompress(plain).toString('latin1')}, {typeByte: messageTypeByte.compress});
}

/** What a compress message (type byte first) holds. @throws GossipDecodeError, LzwError, MsgpackError */
export function decompress(bytes: Uint8Array, bytesMax: number): Buffer {
  const body = CompressBody.fromMsgpack(bytes, 1);
  if (body.Algo !== 0) throw new GossipDecodeError(`Cannot decompress unknown algorithm ${body.Algo}`);
  return lzwDecompress(Buffer.from(body.Buf, 'latin1'), bytesMax);
}
