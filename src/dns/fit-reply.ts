import {type DnsConfig} from './dns-config.ts';
import {tcpAnswersMax, tcpBytesMax, tcpSrvAnswersMax, udpAnswerLimitMax, udpBytesClassic, udpBytesMax, udpBytesReserved} from './limits.ts';
import {type Reply} from './reply.ts';
import {headerBytes, HeaderFlag, Opcode, opcodeMask, RecordType} from './wire/constants.ts';
import {MessageWriter} from './wire/message-writer.ts';
import {type DnsQuery} from './wire/query-reader.ts';
import {type ResourceRecord} from './wire/resource-record.ts';

/** A message ready to send, but for its id and the times in it. */
export interface EncodedReply {
  readonly message: Buffer;
  /** where four bytes of Unix time belong (SOA serials) */
  readonly timeOffsets: readonly number[];
}

/** What a transport lets through (dns.md §11). */
export interface TransportLimits {
  readonly bytesMax: number;
  /** answers above this number are cut */
  readonly answersMax: number;
  /** sizes are reckoned without compression once answers were cut by number */
  readonly sizedPlainWhenCut: boolean;
}

/** The limits of a reply to `query`. */
export function transportLimits(query: DnsQuery, transport: 'udp' | 'tcp', config: DnsConfig): TransportLimits {
  if (transport === 'tcp') {
    return {bytesMax: tcpBytesMax, answersMax: query.type === RecordType.SRV ? tcpSrvAnswersMax : tcpAnswersMax, sizedPlainWhenCut: false};
  }
  const offered = query.edns?.udpBytes ?? udpBytesClassic;
  const bytes = Math.min(Math.max(offered, udpBytesClassic), udpBytesMax);
  const isClassic = bytes === udpBytesClassic;
  return {
    bytesMax: bytes - udpBytesReserved,
    answersMax: isClassic ? Math.min(udpAnswerLimitMax, config.udpAnswerLimit) : Number.MAX_SAFE_INTEGER,
    sizedPlainWhenCut: isClassic,
  };
}

/** The header's second word of a reply: opcode and CD as asked, RD as asked but for NOTIFY (dns.md §1). */
export function replyFlags(query: DnsQuery, reply: Pick<Reply, 'rcode' | 'authoritative'>, hasRecursors: boolean): number {
  const copied = query.flags & (opcodeMask | HeaderFlag.checkingDisabled | (query.opcode === Opcode.notify ? 0 : HeaderFlag.recursionDesired));
  return HeaderFlag.response | copied | reply.rcode | (reply.authoritative ? HeaderFlag.authoritative : 0) | (hasRecursors ? HeaderFlag.recursionAvailable : 0);
}

/** The sections of one attempt. */
interface Sections {
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly withOpt: boolean;
  readonly isCut: boolean;
}

/**
 * Encodes a reply within the limits: whole if it fits, else with the most answers that do. What is cut loses its
 * AUTHORITY and OPT, and keeps of ADDITIONAL one record per SRV target (dns.md §11). One answer is always sent.
 * @throws DnsWireError when a record cannot be written
 */
export function fitReply(query: DnsQuery, reply: Reply, transport: 'udp' | 'tcp', config: DnsConfig): EncodedReply {
  const limits = transportLimits(query, transport, config);
  const compress = !config.disableCompression;
  const flags = replyFlags(query, reply, config.recursors.length > 0);
  const encode = (sections: Sections, bytesMax: number, compressed: boolean): EncodedReply | null => {
    const cutFlag = sections.isCut && config.enableTruncate ? HeaderFlag.truncated : 0;
    return encodeSections(query, sections, flags | cutFlag, reply.scopeIsSource, new MessageWriter(compressed, bytesMax));
  };
  const cutTo = (count: number): Sections => cutSections(reply, count);
  const whole: Sections = {
    answer: reply.answer, authority: reply.authority, additional: [...reply.extras.flat(), ...reply.additional], withOpt: reply.withOpt, isCut: false,
  };
  const isCutByNumber = reply.answer.length > limits.answersMax;
  const count = Math.min(reply.answer.length, limits.answersMax);
  const anySize = Number.MAX_SAFE_INTEGER;
  if (!isCutByNumber) {
    const encoded = encode(whole, count > 1 ? limits.bytesMax : anySize, compress);
    if (encoded !== null) return encoded;
  }
  const sizedCompressed = compress && !(isCutByNumber && limits.sizedPlainWhenCut);
  let fitting = Math.min(1, count);
  let tooMany = count + 1;
  while (tooMany - fitting > 1) {
    const middle = (fitting + tooMany) >> 1;
    if (encode(cutTo(middle), limits.bytesMax, sizedCompressed) === null) tooMany = middle;
    else fitting = middle;
  }
  const encoded = encode(cutTo(fitting), anySize, compress);
  if (encoded === null) throw new Error('a message without a size limit did not fit');
  return encoded;
}

function encodeSections(query: DnsQuery, sections: Sections, flags: number, scopeIsSource: boolean, writer: MessageWriter): EncodedReply | null {
  const edns = sections.withOpt ? query.edns : null;
  const counts = [sections.answer.length, sections.authority.length, sections.additional.length + (edns === null ? 0 : 1)] as const;
  writer.start(query.id, flags, counts, questionBytes(query), query.name);
  for (const section of [sections.answer, sections.authority, sections.additional]) {
    for (const record of section) if (!writer.writeRecord(record)) return null;
  }
  if (edns !== null && !writer.writeOpt(edns, scopeIsSource)) return null;
  return {message: writer.take(), timeOffsets: writer.timeOffsets};
}

/** The question as it came; a type or class that it lacked is zero. */
function questionBytes({message, questionEnd, questionNameEnd}: DnsQuery): Uint8Array {
  const question = message.subarray(headerBytes, questionEnd);
  const lacking = questionNameEnd + 4 - questionEnd;
  return lacking === 0 ? question : Buffer.concat([question, Buffer.alloc(lacking)]);
}

function cutSections(reply: Reply, count: number): Sections {
  const answer = reply.answer.slice(0, count);
  return {answer, authority: [], additional: targetRecords(answer, reply), withOpt: false, isCut: true};
}

/** The first record of each target of the remaining SRVs, following CNAMEs. */
function targetRecords(answer: readonly ResourceRecord[], reply: Reply): ResourceRecord[] {
  const byName = new Map<string, ResourceRecord>();
  for (const record of [...reply.extras.flat(), ...reply.additional]) {
    if (!byName.has(record.name.toLowerCase())) byName.set(record.name.toLowerCase(), record);
  }
  const taken: ResourceRecord[] = [];
  for (const record of answer) {
    let target = record.type === 'SRV' ? record.target : '';
    while (target !== '') {
      const found = byName.get(target.toLowerCase());
      if (found === undefined) break;
      byName.delete(target.toLowerCase());
      taken.push(found);
      target = found.type === 'CNAME' ? found.target : '';
    }
  }
  return taken;
}
