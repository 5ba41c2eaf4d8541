import {type Duplex} from 'node:stream';
import {type InstallSnapshotRequest, type Peer} from '../core/messages.ts';
import {type RaftHandler} from '../driver/raft-transport.ts';
import {RaftError} from '../raft-error.ts';
import {requestBytesMax, unansweredMax} from './limits.ts';
import {decodeRequest, ProtocolVersionError} from './request-codec.ts';
import {encodeFailure, encodeResponse} from './response-codec.ts';
import {ValueReader} from './value-reader.ts';

/**
 * Answers the requests of a connection that a peer made, until it ends. A request is handed on before the ones before it
 * are answered, so that their entries share one sync of the disk; the answers keep their order.
 * @throws Error for bytes that are no request; the connection is of no more use
 */
export async function serveRaftConnection(stream: Duplex, handler: RaftHandler, self: Peer): Promise<void> {
  let leader: Peer | undefined;
  try {
    await serveRequests(stream, handler, self, (from) => (leader = from));
  } finally {
    if (leader !== undefined) handler.disconnected?.(leader);
  }
}

async function serveRequests(stream: Duplex, handler: RaftHandler, self: Peer, led: (by: Peer) => void): Promise<void> {
  const reader = new ValueReader(stream, requestBytesMax);
  let answers: Promise<void> = Promise.resolve();
  let unanswered = 0;
  const answer = (made: Promise<Buffer>): void => {
    unanswered++;
    answers = answers.then(async () => {
      const bytes = await made;
      unanswered--;
      if (!stream.destroyed) stream.write(bytes);
    });
  };
  for (;;) {
    const request = await nextRequest(reader);
    if (request === undefined) break;
    if (request instanceof ProtocolVersionError) {
      answer(Promise.resolve(encodeFailure(request.message)));
    } else if (request.kind === 'install-snapshot') {
      await answers;
      stream.write(await installSnapshot(request, reader, handler, self));
      // What of the state was not read would be taken for requests: the peer does not use this connection again either.
      break;
    } else {
      if (request.kind === 'append') led(request.from);
      answer(handler.handle(request).then((response) => encodeResponse(response, self), failure));
    }
    if (unanswered >= unansweredMax) await answers;
  }
  await answers;
  stream.end();
  stream.resume();
}

async function nextRequest(reader: ValueReader): Promise<ReturnType<typeof decodeRequest> | ProtocolVersionError | undefined> {
  // A type byte reads as a small msgpack number.
  const type = await reader.next();
  if (type === undefined) return undefined;
  if (type.length !== 1) throw new RaftError('corrupt', `unknown rpc type ${type[0] ?? 0}`);
  const body = await reader.next();
  if (body === undefined) return undefined;
  try {
    return decodeRequest(type[0] ?? 0, body);
  } catch (error) {
    if (error instanceof ProtocolVersionError) return error;
    throw error;
  }
}

function installSnapshot(request: InstallSnapshotRequest, reader: ValueReader, handler: RaftHandler, self: Peer): Promise<Buffer> {
  return handler.installSnapshot(request, reader.raw(request.sizeBytes)).then((response) => encodeResponse(response, self), failure);
}

function failure(error: unknown): Buffer {
  return encodeFailure(error instanceof Error ? error.message : String(error));
}
