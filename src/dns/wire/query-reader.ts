import {clientSubnetOption, headerBytes, HeaderFlag, Opcode, opcodeMask, opcodeShift, Rcode, RecordType} from './constants.ts';
import {readName} from './name-text.ts';
import {DnsWireError} from './wire-error.ts';

/** The client's network, as its resolver gave it (RFC 7871 §6). */
export interface ClientSubnet {
  /** 1 = IPv4, 2 = IPv6, 0 = none given */
  readonly family: number;
  readonly sourcePrefixBits: number;
  /** as many bytes as the prefix needs, bits beyond the prefix cleared */
  readonly address: Uint8Array;
}

/** What the client's OPT record says (RFC 6891); options without meaning here are passed over (dns.md §1.1). */
export interface Edns {
  readonly udpBytes: number;
  readonly clientSubnet: ClientSubnet | null;
}

/** A question that may be answered. */
export interface DnsQuery {
  readonly kind: 'query';
  readonly id: number;
  /** second word of the header, as received */
  readonly flags: number;
  readonly opcode: number;
  /** presentation form with a trailing dot, in the client's letter case */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** where the question section ends in `message` */
  readonly questionEnd: number;
  /** where its name ends */
  readonly questionNameEnd: number;
  readonly edns: Edns | null;
  readonly message: Buffer;
}

/** A message that is answered with its header alone. */
export interface RefusedQuery {
  readonly kind: 'refused';
  readonly id: number;
  readonly flags: number;
  readonly rcode: Rcode;
  /** where the question section ends, when it could be read and is echoed */
  readonly questionEnd: number | null;
}

/** Counts above which a request is malformed (dns.md §1.1). */
const answersMax = 1;
const authoritiesMax = 1;
const additionalsMax = 2;

/**
 * Reads a request (dns.md §1.1).
 * @returns `null` for what must be dropped without a word: shorter than a header, or itself a response
 */
export function readQuery(message: Buffer): DnsQuery | RefusedQuery | null {
  if (message.length < headerBytes) return null;
  const id = word(message, 0);
  const flags = word(message, 2);
  if ((flags & HeaderFlag.response) !== 0) return null;
  const opcode = (flags & opcodeMask) >> opcodeShift;
  if (opcode !== Opcode.query && opcode !== Opcode.notify) return {kind: 'refused', id, flags, rcode: Rcode.notImp, questionEnd: null};
  const answers = word(message, 6);
  const authorities = word(message, 8);
  const additionals = word(message, 10);
  let questionEnd: number | null = null;
  const malformed = () => ({kind: 'refused', id, flags, rcode: Rcode.formErr, questionEnd}) as const;
  if (word(message, 4) !== 1 || answers > answersMax || authorities > authoritiesMax || additionals > additionalsMax) return malformed();
  try {
    const question = readName(message, headerBytes);
    // A question that ends after its name, or after its type, is taken: what is missing counts as zero.
    const end = Math.min(question.end + 4, message.length);
    if ((end - question.end) % 2 !== 0) return malformed();
    questionEnd = end;
    const edns = readOpt(message, questionEnd, answers + authorities, additionals);
    return {
      kind: 'query', id, flags, opcode, name: question.text, type: word(message, question.end), class: word(message, question.end + 2),
      questionEnd: end, questionNameEnd: question.end, edns, message,
    };
  } catch (error) {
    if (error instanceof DnsWireError) return malformed();
    throw error;
  }
}

function word(message: Uint8Array, at: number): number {
  return ((message[at] ?? 0) << 8) | (message[at + 1] ?? 0);
}

function readOpt(message: Uint8Array, start: number, skipped: number, additionals: number): Edns | null {
  let at = start;
  let edns: Edns | null = null;
  for (let i = 0; i < skipped + additionals && at < message.length; i++) {
    const owner = readName(message, at);
    const dataStart = owner.end + 10;
    if (dataStart > message.length) throw new DnsWireError('record is cut short');
    const end = dataStart + word(message, owner.end + 8);
    if (end > message.length) throw new DnsWireError('record data is cut short');
    if (i >= skipped && word(message, owner.end) === RecordType.OPT) {
      edns = {udpBytes: word(message, owner.end + 2), clientSubnet: readOptions(message, dataStart, end)};
    }
    at = end;
  }
  return edns;
}

function readOptions(message: Uint8Array, start: number, end: number): ClientSubnet | null {
  let subnet: ClientSubnet | null = null;
  for (let at = start; at < end; ) {
    if (at + 4 > end) throw new DnsWireError('option is cut short');
    const next = at + 4 + word(message, at + 2);
    if (next > end) throw new DnsWireError('option data is cut short');
    if (word(message, at) === clientSubnetOption) subnet = readClientSubnet(message.subarray(at + 4, next));
    at = next;
  }
  return subnet;
}

function readClientSubnet(data: Uint8Array): ClientSubnet {
  if (data.length < 4) throw new DnsWireError('client subnet is cut short');
  const family = word(data, 0);
  const sourcePrefixBits = data[2] ?? 0;
  const familyBytes = family === 1 ? 4 : family === 2 ? 16 : 0;
  if (family > 2 || sourcePrefixBits > familyBytes * 8) throw new DnsWireError('client subnet is wrong');
  const address = new Uint8Array(familyBytes);
  address.set(data.subarray(4, 4 + familyBytes));
  const bytes = Math.ceil(sourcePrefixBits / 8);
  const spareBits = bytes * 8 - sourcePrefixBits;
  if (spareBits > 0) address[bytes - 1] = (address[bytes - 1] ?? 0) & (0xff << spareBits);
  return {family, sourcePrefixBits, address: address.subarray(0, bytes)};
}
