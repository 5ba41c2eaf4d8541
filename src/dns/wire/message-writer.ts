import {pointerOffsetMax, scratchBytes} from '../limits.ts';
import {classInternet, clientSubnetOption, RecordType} from './constants.ts';
import {ipBytes} from './ip-address.ts';
import {nameLabels} from './name-text.ts';
import {type Edns} from './query-reader.ts';
import {type ResourceRecord} from './resource-record.ts';
import {DnsWireError} from './wire-error.ts';

/** Longest character-string of a TXT record (RFC 1035 §3.3). */
const characterStringBytesMax = 255;
/** All messages are put together here, one at a time, and leave as copies. */
const scratch = Buffer.allocUnsafe(scratchBytes);

/**
 * Writes one message with name compression (RFC 1035 §4.1.4), and stops as soon as it would pass its limit.
 * Names are matched with their letter case, so that each owner comes back as it was asked. One writer at a time is in
 * use: all share one scratch buffer.
 */
export class MessageWriter {
  readonly #compress: boolean;
  readonly #bytesMax: number;
  readonly #offsets = new Map<string, number>();
  #at = 0;
  /** Where the serials stand that are to be the time of sending. */
  readonly timeOffsets: number[] = [];

  /** @param bytesMax `write…` returns false once the message is longer */
  constructor(compress: boolean, bytesMax: number) {
    this.#compress = compress;
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#at;
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(scratch.subarray(0, this.#at));
  }

  /** @param question the question section's bytes, as the client sent them; its name is a target of pointers */
  start(id: number, flags: number, counts: readonly [number, number, number], question: Uint8Array, questionName: string): void {
    this.#word(id);
    this.#word(flags);
    this.#word(question.length === 0 ? 0 : 1);
    for (const count of counts) this.#word(count);
    let at = this.#at;
    scratch.set(question, at);
    this.#at += question.length;
    if (!this.#compress || question.length === 0) return;
    for (const {suffix, bytes} of nameLabels(questionName)) {
      this.#offsets.set(suffix, at);
      at += bytes.length + 1;
    }
  }

  /** @returns false when the record does not fit: the message is then to be thrown away */
  writeRecord(record: ResourceRecord): boolean {
    this.#name(record.name, true);
    this.#word(record.type === 'unknown' ? record.code : RecordType[record.type]);
    this.#word(classInternet);
    this.#long(record.ttlSeconds);
    const lengthAt = this.#at;
    this.#at += 2;
    this.#data(record);
    const dataBytes = this.#at - lengthAt - 2;
    if (dataBytes > 0xffff) throw new DnsWireError('record data is too long');
    scratch.writeUInt16BE(dataBytes, lengthAt);
    return this.#at <= this.#bytesMax;
  }

  /** Writes the reply's OPT record (dns.md §13): the client's size, version 0, the subnet with its scope. */
  writeOpt(edns: Edns, scopeIsSource: boolean): boolean {
    scratch[this.#at++] = 0;
    this.#word(RecordType.OPT);
    this.#word(edns.udpBytes);
    this.#long(0);
    const subnet = edns.clientSubnet;
    this.#word(subnet === null ? 0 : 8 + subnet.address.length);
    if (subnet !== null) {
      this.#word(clientSubnetOption);
      this.#word(4 + subnet.address.length);
      this.#word(subnet.family);
      scratch[this.#at++] = subnet.sourcePrefixBits;
      scratch[this.#at++] = scopeIsSource ? subnet.sourcePrefixBits : 0;
      this.#raw(subnet.address);
    }
    return this.#at <= this.#bytesMax;
  }

  #data(record: ResourceRecord): void {
    switch (record.type) {
      case 'A':
      case 'AAAA':
        return this.#address(record.address, record.type === 'A' ? 4 : 16);
      case 'CNAME':
      case 'NS':
      case 'PTR':
        return this.#name(record.target, true);
      case 'SRV':
        this.#word(record.priority);
        this.#word(record.weight);
        this.#word(record.port);
        // RFC 2782: the target is not compressed; later names may still point into it.
        return this.#name(record.target, false);
      case 'MX':
        this.#word(record.preference);
        return this.#name(record.target, true);
      case 'TXT':
        return this.#strings(record.strings);
      case 'SOA':
        this.#name(record.primary, true);
        this.#name(record.mailbox, true);
        if (record.serial === null) this.timeOffsets.push(this.#at);
        for (const value of [record.serial ?? 0, record.refreshSeconds, record.retrySeconds, record.expireSeconds, record.minimumSeconds]) this.#long(value);
        return;
      case 'unknown':
        return this.#raw(record.data);
    }
  }

  #address(text: string, bytes: 4 | 16): void {
    const address = ipBytes(text);
    if (address?.length !== bytes) throw new DnsWireError(`no IP address of ${bytes} bytes: ${JSON.stringify(text)}`);
    this.#raw(address);
  }

  /** A text longer than a character-string is cut into several (RFC 7208 §3.3 reads them as one). */
  #strings(strings: readonly string[]): void {
    for (const string of strings) {
      const bytes = Buffer.from(string, 'utf8');
      for (let start = 0; start === 0 || start < bytes.length; start += characterStringBytesMax) {
        const part = bytes.subarray(start, start + characterStringBytesMax);
        scratch[this.#at++] = part.length;
        this.#raw(part);
      }
    }
  }

  #name(name: string, mayPoint: boolean): void {
    for (const {suffix, bytes} of nameLabels(name)) {
      const known = this.#offsets.get(suffix);
      if (known !== undefined && mayPoint) return this.#word(0xc000 | known);
      if (known === undefined && this.#compress && this.#at <= pointerOffsetMax) this.#offsets.set(suffix, this.#at);
      scratch[this.#at++] = bytes.length;
      this.#raw(bytes);
    }
    scratch[this.#at++] = 0;
  }

  #raw(bytes: Uint8Array): void {
    if (this.#at + bytes.length > scratchBytes - 1024) throw new DnsWireError('record is too long');
    scratch.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #word(value: number): void {
    this.#at = scratch.writeUInt16BE(value & 0xffff, this.#at);
  }

  #long(value: number): void {
    this.#at = scratch.writeUInt32BE(value >>> 0, this.#at);
  }
}
