import {type AppendRequest, type RaftRequest} from '../core/messages.ts';
import {appendBytesMax} from '../limits.ts';
import {encodeRequest} from './request-codec.ts';

/** Encodes requests; the same entries on their way to several peers are encoded once. */
export class RequestEncoder {
  #last: {readonly request: AppendRequest; readonly bytes: Buffer} | undefined;

  encode(request: RaftRequest): Buffer {
    if (request.kind !== 'append' || request.entries.length === 0) return encodeRequest(request);
    if (this.#last !== undefined && isSame(this.#last.request, request)) return this.#last.bytes;
    const bytes = encodeRequest(request);
    if (bytes.length <= appendBytesMax) this.#last = {request, bytes};
    return bytes;
  }
}

/** Entries of one term are told by their indexes: a leader never has two of the same. */
function isSame(a: AppendRequest, b: AppendRequest): boolean {
  return (
    a.term === b.term &&
    a.prevIndex === b.prevIndex &&
    a.prevTerm === b.prevTerm &&
    a.leaderCommit === b.leaderCommit &&
    a.entries.length === b.entries.length &&
    a.entries[0] === b.entries[0] &&
    a.entries.at(-1) === b.entries.at(-1) &&
    a.from === b.from
  );
}
