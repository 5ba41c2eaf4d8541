import {type Random} from '../runtime/random.ts';
import {type DnsConfig} from './dns-config.ts';
import {fitReply, replyFlags, transportLimits} from './fit-reply.ts';
import {pointerOffsetMax} from './limits.ts';
import {type Reply} from './reply.ts';
import {HeaderFlag, headerBytes} from './wire/constants.ts';
import {type DnsQuery} from './wire/query-reader.ts';
import {type ResourceRecord} from './wire/resource-record.ts';

/** A reply kept in encoded form. */
export interface PreparedReply {
  /** bytes that it holds */
  readonly bytes: number;
  /** The message for a client with that id. @param unixSeconds for SOA serials */
  render(id: number, unixSeconds: number, random: Random): Buffer;
}

/** Encodes a reply for repeated use; null when its records cannot be put in another order by copying bytes. */
export function prepareReply(query: DnsQuery, reply: Reply, transport: 'udp' | 'tcp', config: DnsConfig): PreparedReply | null {
  if (!reply.shuffled || reply.answer.length < 2) return prepareFixed(query, reply, transport, config);
  return prepareShuffled(query, reply, transport, config);
}

function prepareFixed(query: DnsQuery, reply: Reply, transport: 'udp' | 'tcp', config: DnsConfig): PreparedReply {
  const {message, timeOffsets} = fitReply(query, reply, transport, config);
  return {
    bytes: message.length,
    render(id, unixSeconds) {
      const copy = Buffer.allocUnsafe(message.length);
      copy.set(message);
      copy[0] = id >> 8;
      copy[1] = id & 0xff;
      for (const offset of timeOffsets) copy.writeUInt32BE(unixSeconds, offset);
      return copy;
    },
  };
}

/** An answer and what follows it into ADDITIONAL. Owners in `extra` are pointers, set when the answer's place is known. */
interface Piece {
  readonly answer: Uint8Array;
  readonly extra: Uint8Array;
  /** where in `extra` a pointer to the answer's target belongs */
  readonly pointersAt: readonly number[];
  readonly extraCount: number;
  /** bytes of `extra` that stay when the reply is cut: its first record */
  readonly cutExtraBytes: number;
}

/** From an SRV answer's start to its target: owner pointer 2, type to length 10, priority, weight, port 6. */
const srvTargetOffset = 18;
const recordHeadBytes = 12;

/**
 * Prepares answers that do not depend on each other's place: the owner points at the question, an SRV target is never
 * compressed, and what an SRV brings along points at its target. Any order is then a copy of slices.
 */
function prepareShuffled(query: DnsQuery, reply: Reply, transport: 'udp' | 'tcp', config: DnsConfig): PreparedReply | null {
  if (config.disableCompression || reply.authority.length > 0 || reply.additional.length > 0) return null;
  const pieces = piecesOf(query, reply, config);
  if (pieces === null) return null;
  const limits = transportLimits(query, transport, config);
  const questionBytes = query.questionEnd - headerBytes;
  const opt = query.edns === null || !reply.withOpt ? null : Uint8Array.of(0, 0, 41, query.edns.udpBytes >> 8, query.edns.udpBytes & 0xff, 0, 0, 0, 0, 0, 0);
  const answerCount = reply.answersMax > 0 ? Math.min(reply.answersMax, pieces.length) : pieces.length;
  const isCutByNumber = answerCount > limits.answersMax;
  // Sizes without compression are not known here, and a random choice of answers has a size only if all are kept or alike.
  const sizes = new Set(pieces.map((piece) => piece.answer.length + piece.cutExtraBytes));
  const nameBytes = questionBytes - 4;
  const plainExtra = (piece: Piece): number => piece.cutExtraBytes === 0 ? 0 : piece.cutExtraBytes - 2 + piece.answer.length - srvTargetOffset;
  const plainMax = Math.max(...pieces.map((piece) => piece.answer.length + nameBytes - 2 + plainExtra(piece)));
  const count = Math.min(answerCount, limits.answersMax);
  if (isCutByNumber && limits.sizedPlainWhenCut && query.questionEnd + count * plainMax > limits.bytesMax) return null;
  const wholeBytes = query.questionEnd + (opt?.length ?? 0) + pieces.reduce((sum, {answer, extra}) => sum + answer.length + extra.length, 0);
  if (wholeBytes > pointerOffsetMax) return null;
  const isCut = isCutByNumber || (answerCount > 1 && wholeBytes > limits.bytesMax);
  if (isCut && answerCount < pieces.length && sizes.size > 1) return null;
  const flags = replyFlags(query, reply, config.recursors.length > 0) | (isCut && config.enableTruncate ? HeaderFlag.truncated : 0);
  const head = Buffer.alloc(query.questionEnd);
  head.set(query.message.subarray(0, query.questionEnd));
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(0, 8);
  const plan: Plan = {head, opt, pieces, count, isCut, bytesMax: isCutByNumber && limits.sizedPlainWhenCut ? Number.MAX_SAFE_INTEGER : limits.bytesMax};
  const order = Uint16Array.from(pieces, (_, i) => i);
  return {bytes: wholeBytes, render: (id, _unixSeconds, random) => renderShuffled(plan, order, id, random)};
}

interface Plan {
  readonly head: Buffer;
  readonly opt: Uint8Array | null;
  readonly pieces: readonly Piece[];
  readonly count: number;
  readonly isCut: boolean;
  readonly bytesMax: number;
}

const empty = new Uint8Array(0);

function piecesOf(query: DnsQuery, reply: Reply, config: DnsConfig): Piece[] | null {
  const single: Reply = {...reply, shuffled: false, withOpt: false};
  const pieces: Piece[] = [];
  const targets = new Set<string>();
  for (const [i, answer] of reply.answer.entries()) {
    const extras = reply.extras[i] ?? [];
    if (!isMovable(query, answer, extras) || (answer.type === 'SRV' && targets.has(answer.target))) return null;
    if (answer.type === 'SRV') targets.add(answer.target);
    const {message} = fitReply(query, {...single, answer: [answer], extras: [extras]}, 'tcp', config);
    const dataBytes = message.readUInt16BE(query.questionEnd + recordHeadBytes - 2);
    const answerEnd = query.questionEnd + recordHeadBytes + dataBytes;
    const extra = message.subarray(answerEnd);
    const pointersAt: number[] = [];
    for (let at = 0; at < extra.length; at += recordHeadBytes + extra.readUInt16BE(at + 10)) pointersAt.push(at);
    pieces.push({answer: message.subarray(query.questionEnd, answerEnd), extra, pointersAt, extraCount: extras.length, cutExtraBytes: pointersAt[1] ?? extra.length});
  }
  return pieces;
}

function isMovable(query: DnsQuery, answer: ResourceRecord, extras: readonly ResourceRecord[]): boolean {
  if (answer.name !== query.name || query.name === '.') return false;
  if (answer.type === 'A' || answer.type === 'AAAA') return extras.length === 0;
  if (answer.type !== 'SRV' || answer.target === query.name) return false;
  return extras.every(({name, type}) => name === answer.target && (type === 'A' || type === 'AAAA' || type === 'TXT'));
}

/** Scratch for one message; leaves as a copy. */
const scratch = Buffer.allocUnsafe(pointerOffsetMax + 1);

function renderShuffled({head, opt, pieces, count, isCut, bytesMax}: Plan, order: Uint16Array, id: number, random: Random): Buffer {
  scratch.set(head, 0);
  let at = head.length;
  let answers = 0;
  let extras = 0;
  let extraBytes = 0;
  for (; answers < count; answers++) {
    const j = answers + random.below(order.length - answers);
    const picked = order[j] ?? 0;
    order[j] = order[answers] ?? 0;
    order[answers] = picked;
    const piece = pieces[picked];
    if (piece === undefined) break;
    extraBytes += isCut ? piece.cutExtraBytes : piece.extra.length;
    if (isCut && answers > 0 && at + piece.answer.length + extraBytes > bytesMax) break;
    copyInto(piece.answer, piece.answer.length, at);
    at += piece.answer.length;
  }
  let answerAt = head.length;
  for (let i = 0; i < answers; i++) {
    const {answer, extra, pointersAt, extraCount, cutExtraBytes} = pieces[order[i] ?? 0] ?? noPiece;
    if (extraCount > 0) {
      const kept = isCut ? cutExtraBytes : extra.length;
      const keptCount = isCut ? 1 : extraCount;
      scratch.set(kept === extra.length ? extra : extra.subarray(0, kept), at);
      const pointer = 0xc000 | (answerAt + srvTargetOffset);
      for (let k = 0; k < keptCount; k++) scratch.writeUInt16BE(pointer, at + (pointersAt[k] ?? 0));
      at += kept;
      extras += keptCount;
    }
    answerAt += answer.length;
  }
  if (opt !== null && !isCut) {
    scratch.set(opt, at);
    at += opt.length;
    extras++;
  }
  scratch.writeUInt16BE(id, 0);
  scratch.writeUInt16BE(answers, 6);
  scratch.writeUInt16BE(extras, 10);
  const message = Buffer.allocUnsafe(at);
  message.set(scratch.subarray(0, at));
  return message;
}

const noPiece: Piece = {answer: empty, extra: empty, pointersAt: [], extraCount: 0, cutExtraBytes: 0};

/** A loop beats a call into the runtime for the 16 bytes of an A record. */
function copyInto(bytes: Uint8Array, length: number, at: number): void {
  for (let i = 0; i < length; i++) scratch[at + i] = bytes[i] ?? 0;
}
