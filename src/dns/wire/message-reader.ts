import {recordsReadMax} from '../limits.ts';
import {headerBytes, RecordType} from './constants.ts';
import {ipText} from './ip-address.ts';
import {readName} from './name-text.ts';
import {type ResourceRecord} from './resource-record.ts';
import {DnsWireError} from './wire-error.ts';

/** What a recursor said, as far as its answers matter. */
export interface ReadMessage {
  readonly id: number;
  readonly flags: number;
  readonly rcode: number;
  readonly answer: readonly ResourceRecord[];
}

/**
 * Reads the header and the answers of a reply.
 * @throws DnsWireError on what is cut short or malformed
 */
export function readMessage(bytes: Uint8Array): ReadMessage {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (message.length < headerBytes) throw new DnsWireError('header is cut short');
  const flags = message.readUInt16BE(2);
  const answers = message.readUInt16BE(6);
  if (answers > recordsReadMax) throw new DnsWireError('too many records');
  let at = headerBytes;
  for (let i = message.readUInt16BE(4); i > 0; i--) {
    at = readName(message, at).end + 4;
    if (at > message.length) throw new DnsWireError('question is cut short');
  }
  const answer: ResourceRecord[] = [];
  for (let i = 0; i < answers; i++) {
    const {text: name, end} = readName(message, at);
    if (end + 10 > message.length) throw new DnsWireError('record is cut short');
    const dataEnd = end + 10 + message.readUInt16BE(end + 8);
    if (dataEnd > message.length) throw new DnsWireError('record data is cut short');
    answer.push(readRecord(message, name, message.readUInt16BE(end), message.readUInt32BE(end + 4), end + 10, dataEnd));
    at = dataEnd;
  }
  return {id: message.readUInt16BE(0), flags, rcode: flags & 0xf, answer};
}

function readRecord(message: Buffer, name: string, code: number, ttlSeconds: number, start: number, end: number): ResourceRecord {
  const data = message.subarray(start, end);
  const need = (bytes: number): void => {
    if (data.length < bytes) throw new DnsWireError('record data is too short');
  };
  switch (code) {
    case RecordType.A:
    case RecordType.AAAA:
      if (data.length !== (code === RecordType.A ? 4 : 16)) throw new DnsWireError('address of wrong length');
      return {type: code === RecordType.A ? 'A' : 'AAAA', name, ttlSeconds, address: ipText(data)};
    case RecordType.CNAME:
    case RecordType.NS:
    case RecordType.PTR:
      return {type: code === RecordType.CNAME ? 'CNAME' : code === RecordType.NS ? 'NS' : 'PTR', name, ttlSeconds, target: readName(message, start).text};
    case RecordType.MX:
      need(3);
      return {type: 'MX', name, ttlSeconds, preference: data.readUInt16BE(0), target: readName(message, start + 2).text};
    case RecordType.SRV:
      need(7);
      return {
        type: 'SRV', name, ttlSeconds, priority: data.readUInt16BE(0), weight: data.readUInt16BE(2), port: data.readUInt16BE(4),
        target: readName(message, start + 6).text,
      };
    case RecordType.SOA:
      return readSoa(message, name, ttlSeconds, start, end);
    default:
      return {type: 'unknown', code, name, ttlSeconds, data: Uint8Array.from(data)};
  }
}

function readSoa(message: Buffer, name: string, ttlSeconds: number, start: number, end: number): ResourceRecord {
  const primary = readName(message, start);
  const mailbox = readName(message, primary.end);
  const at = mailbox.end;
  if (at + 20 > end) throw new DnsWireError('SOA is cut short');
  const long = (i: number): number => message.readUInt32BE(at + 4 * i);
  return {
    type: 'SOA', name, ttlSeconds, primary: primary.text, mailbox: mailbox.text, serial: long(0), refreshSeconds: long(1), retrySeconds: long(2),
    expireSeconds: long(3), minimumSeconds: long(4),
  };
}
