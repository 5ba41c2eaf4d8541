import {drive, inTurns} from '../../runtime/slices.ts';
import {type Type} from '../../schema/type.ts';
import {MsgpackReader} from '../../wire/msgpack-reader.ts';
import {MsgpackWriter} from '../../wire/msgpack-writer.ts';
import {LONG_BODY_BYTES_MIN} from './limits.ts';

/** The encoded body of an answer: whole, or in parts that are made no faster than they are sent. */
export type RpcBody = Buffer | AsyncIterable<Buffer>;

/** Encodes an answer, in parts when there is much of it. */
export function encodeBody<T>(type: Type<T>, value: T): RpcBody {
  return type.long?.isLong(value) === true ? inTurns(bodyParts(type, value)) : type.toMsgpack(value);
}

/**
 * Decodes an answer, over several turns of the loop when there is much of it.
 * @throws MsgpackError
 */
export function decodeBody<T>(type: Type<T>, body: Buffer): T | Promise<T> {
  if (type.long === null || body.length < LONG_BODY_BYTES_MIN) return type.fromMsgpack(body);
  return drive(type.long.readParts(new MsgpackReader(body)));
}

function* bodyParts<T>(type: Type<T>, value: T): Generator<Buffer, void> {
  const writer = new MsgpackWriter();
  for (const _ of type.long?.writeParts(writer, value) ?? []) {
    yield writer.toBuffer();
    writer.reset();
  }
  yield writer.toBuffer();
}
