import {keptKeyBytesMax, keptReplyBytesEachMax, keptReplyBytesMax, keptRepliesMax} from './limits.ts';
import {type Freshness} from './lookups.ts';
import {type PreparedReply} from './prepared-reply.ts';
import {headerBytes, HeaderFlag, RecordType} from './wire/constants.ts';

interface Kept {
  readonly freshness: readonly Freshness[];
  readonly prepared: PreparedReply;
}

/**
 * Prepared replies by the bytes that asked for them: flags, question, and the size that the client takes. A stale one is
 * dropped when it is met; when the bounds are reached, the oldest go.
 */
export class KeptReplies {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  get(key: string): PreparedReply | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    for (const source of found.freshness) {
      if (!source.stale()) continue;
      this.#drop(key, found);
      return undefined;
    }
    return found.prepared;
  }

  put(key: string, prepared: PreparedReply, freshness: readonly Freshness[]): void {
    if (prepared.bytes > keptReplyBytesEachMax) return;
    const before = this.#kept.get(key);
    if (before !== undefined) this.#drop(key, before);
    this.#kept.set(key, {freshness, prepared});
    this.#bytes += prepared.bytes;
    for (const [oldest, entry] of this.#kept) {
      if (this.#kept.size <= keptRepliesMax && this.#bytes <= keptReplyBytesMax) break;
      this.#drop(oldest, entry);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #drop(key: string, entry: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= entry.prepared.bytes;
  }
}

/**
 * The key of a plain question, without decoding its name; null for whatever has no kept reply: other counts or opcodes,
 * an EDNS option (a client's subnet changes the reply), trailing bytes, compression in the question.
 */
export function keptKey(message: Buffer, transport: 'udp' | 'tcp'): string | null {
  const length = message.length;
  if (length < headerBytes + 5 || length > keptKeyBytesMax) return null;
  // QR and opcode 0; one question; no answers, no authority; at most one additional record.
  if (((message[2] ?? 0) & 0xf8) !== 0 || message[4] !== 0 || message[5] !== 1 || message[10] !== 0) return null;
  if ((message[6] ?? 0) + (message[7] ?? 0) + (message[8] ?? 0) + (message[9] ?? 0) !== 0) return null;
  let at = headerBytes;
  for (let label = message[at] ?? 0; label !== 0; label = message[at] ?? 0) {
    if (label > 63) return null;
    at += label + 1;
    if (at >= length) return null;
  }
  at += 5;
  if (at > length) return null;
  const flags = String.fromCharCode(((message[2] ?? 0) & (HeaderFlag.recursionDesired >> 8)) | ((message[3] ?? 0) & HeaderFlag.checkingDisabled));
  const question = message.toString('latin1', headerBytes, at);
  if (message[11] === 0) return at === length ? `${transport}${flags}${question}` : null;
  if (message[11] !== 1 || !isPlainOpt(message, at)) return null;
  return `${transport}${flags}${question}${((message[at + 3] ?? 0) << 8) | (message[at + 4] ?? 0)}`;
}

/** An OPT record and nothing after it; a cookie (option 10), as resolvers send it, is passed over. */
function isPlainOpt(message: Buffer, at: number): boolean {
  if (at + 11 > message.length || message[at] !== 0 || message[at + 1] !== 0 || message[at + 2] !== RecordType.OPT) return false;
  const dataBytes = message.readUInt16BE(at + 9);
  if (at + 11 + dataBytes !== message.length) return false;
  return dataBytes === 0 || (dataBytes >= 12 && message.readUInt16BE(at + 11) === 10 && message.readUInt16BE(at + 13) === dataBytes - 4);
}
