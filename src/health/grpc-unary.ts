import {type ClientHttp2Session, constants, type IncomingHttpHeaders} from 'node:http2';
import {grpcMessageBytesMax} from './limits.ts';

const codeNames = [
  'OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied',
  'ResourceExhausted', 'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss',
  'Unauthenticated',
];

/** The server answered with another status than OK; the text is Go's. */
export class GrpcStatusError extends Error {
  override readonly name = 'GrpcStatusError';

  constructor(code: number, description: string) {
    super(`rpc error: code = ${codeNames[code] ?? `Code(${code})`} desc = ${description}`);
  }
}

/**
 * One call with one message each way (gRPC over HTTP/2, PROTOCOL-HTTP2).
 * @throws GrpcStatusError for a status that is not OK; Error when the stream breaks
 */
export function grpcUnary(session: ClientHttp2Session, path: string, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const stream = session.request({':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers'}, {signal});
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream.on('response', (headers) => (head = headers));
    stream.on('trailers', (headers) => (trailers = headers));
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > grpcMessageBytesMax) stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      else chunks.push(chunk);
    });
    session.once('error', reject);
    stream.once('error', reject);
    stream.once('close', () => {
      const status = trailers['grpc-status'] ?? head['grpc-status'];
      if (status === undefined) {
        reject(new GrpcStatusError(2, `unexpected HTTP status code received from server: ${String(head[':status'] ?? 0)}`));
      } else if (Number(status) !== 0) {
        reject(new GrpcStatusError(Number(status), percentDecoded(String(trailers['grpc-message'] ?? head['grpc-message'] ?? ''))));
      } else {
        resolve(firstMessage(Buffer.concat(chunks)));
      }
    });
    stream.end(frame(message));
  });
}

/** A byte that says "not compressed", the length, the message. */
function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function firstMessage(bytes: Buffer): Uint8Array {
  return bytes.length < 5 ? Buffer.alloc(0) : bytes.subarray(5, 5 + bytes.readUInt32BE(1));
}

/** `%` and two hexadecimal digits are a byte, anything else stands for itself: a server that writes badly is no reason to fail. */
function percentDecoded(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
