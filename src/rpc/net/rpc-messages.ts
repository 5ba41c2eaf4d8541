import {struct, type TypeOf} from '../../schema/struct.ts';
import {withWriter} from '../../schema/type.ts';
import {str, uint64} from '../../schema/types.ts';

/** Before the body of a request (rpc-raft.md §5). */
export const RequestHeader = struct('Request', {Seq: uint64, ServiceMethod: str});
export type RequestHeader = TypeOf<typeof RequestHeader>;

/** Before the body of an answer; an empty Error is success. */
export const ResponseHeader = struct('Response', {Error: str, Seq: uint64, ServiceMethod: str});
export type ResponseHeader = TypeOf<typeof ResponseHeader>;

/** The body of a request without arguments, of an empty answer, and of every error. */
export const EMPTY_BODY: Buffer = Buffer.from([0x80]);

/** Header and body in one buffer. */
export function requestBytes(header: RequestHeader, body: Uint8Array): Buffer {
  return withWriter('rpc', (writer) => {
    RequestHeader.writeMsgpack(writer, header);
    writer.writeEncoded(body);
    return writer.toBuffer();
  });
}

/** Header and body in one buffer. */
export function responseBytes(header: ResponseHeader, body: Uint8Array): Buffer {
  return withWriter('rpc', (writer) => {
    ResponseHeader.writeMsgpack(writer, header);
    writer.writeEncoded(body);
    return writer.toBuffer();
  });
}
