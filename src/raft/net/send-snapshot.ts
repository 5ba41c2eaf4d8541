import {once} from 'node:events';
import {type Duplex} from 'node:stream';
import {type InstallSnapshotRequest, type InstallSnapshotResponse} from '../core/messages.ts';
import {RaftError} from '../raft-error.ts';
import {answerBytesMax} from './limits.ts';
import {encodeRequest} from './request-codec.ts';
import {decodeErrorText, decodeSnapshotResponse} from './response-codec.ts';
import {ValueReader} from './value-reader.ts';

/**
 * Sends a snapshot over a connection of its own, and waits for the answer. The peer may refuse before it has read all.
 * @throws Error when the peer refuses, the state is not as long as the request says, or the connection breaks
 */
export async function sendSnapshot(stream: Duplex, request: InstallSnapshotRequest, state: AsyncIterable<Buffer>): Promise<InstallSnapshotResponse> {
  const answer = readAnswer(new ValueReader(stream, answerBytesMax));
  const sent = writeState(stream, request, state);
  return Promise.race([answer, sent.then(() => answer)]);
}

async function writeState(stream: Duplex, request: InstallSnapshotRequest, state: AsyncIterable<Buffer>): Promise<void> {
  stream.write(encodeRequest(request));
  let bytes = 0;
  for await (const chunk of state) {
    bytes += chunk.length;
    if (bytes > request.sizeBytes) break;
    if (stream.destroyed) throw new RaftError('broken', 'connection closed');
    if (!stream.write(chunk)) await drained(stream);
  }
  if (bytes !== request.sizeBytes) throw new RaftError('corrupt', `the snapshot has ${bytes} bytes instead of ${request.sizeBytes}`);
}

async function drained(stream: Duplex): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([once(stream, 'drain', {signal: done.signal}), once(stream, 'close', {signal: done.signal})]);
  } finally {
    done.abort();
  }
}

async function readAnswer(reader: ValueReader): Promise<InstallSnapshotResponse> {
  const text = await reader.next();
  const body = text && (await reader.next());
  if (text === undefined || body === undefined) throw new RaftError('broken', 'EOF');
  const error = decodeErrorText(text);
  if (error !== '') throw new RaftError('broken', error);
  return decodeSnapshotResponse(body);
}
