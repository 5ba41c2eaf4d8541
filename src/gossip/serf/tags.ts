import {type ByteString} from '../../wire/byte-string.ts';
import {metaBytesMax} from '../limits.ts';
import {TagMap} from '../wire/serf-schema.ts';
import {type Tags} from './serf-message.ts';

const tagMagic = 0xff;

/** Tags as a node's metadata [gossip.md §11.1]. @throws Error over 512 bytes */
export function encodeTags(tags: Tags): ByteString {
  const meta = TagMap.toMsgpack(tags, {typeByte: tagMagic});
  if (meta.length > metaBytesMax) throw new Error(`Encoded length of tags exceeds limit of ${metaBytesMax} bytes`);
  return meta.toString('latin1');
}

/** A node's tags; metadata of the oldest form are a role. @throws MsgpackError */
export function decodeTags(meta: ByteString): Tags {
  if (meta.charCodeAt(0) !== tagMagic) return {role: Buffer.from(meta, 'latin1').toString()};
  return TagMap.fromMsgpack(Buffer.from(meta, 'latin1'), 1);
}
