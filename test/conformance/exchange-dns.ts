import {createSocket} from 'node:dgram';
import {connect} from 'node:net';
import {decode, encode, type Answer, type DecodedPacket, type RecordType} from 'dns-packet';
import {type DnsStep} from './scenario.ts';

const SILENCE_MS = 1_500;
const HEADER_BYTES = 12;
const FLAG_BITS = {rd: 0x0100, ad: 0x0020, cd: 0x0010} as const;
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const QUERY_ID = 0x2a2a;

function question(step: DnsStep): Buffer {
  if (step.packet !== undefined) return Buffer.from(step.packet, 'hex');
  const flags = (step.flags ?? ['rd']).reduce((bits, flag) => bits | FLAG_BITS[flag], 0);
  return encode({
    type: 'query', id: QUERY_ID, flags,
    questions: [{type: step.type as RecordType, name: step.name}],
    ...(step.edns === undefined ? {} : {additionals: [{type: 'OPT', name: '.', udpPayloadSize: step.edns, flags: 0, ednsVersion: 0, extendedRcode: 0, options: []} as unknown as Answer]}),
  });
}

function overUdp(port: number, packet: Buffer): Promise<Buffer | undefined> {
  const socket = createSocket('udp4');
  return new Promise<Buffer | undefined>((resolve, reject) => {
    const silence = setTimeout(() => resolve(undefined), SILENCE_MS);
    socket.on('message', (message) => {
      clearTimeout(silence);
      resolve(message);
    });
    socket.on('error', reject);
    socket.send(packet, port, '127.0.0.1');
  }).finally(() => socket.close());
}

function overTcp(port: number, packet: Buffer): Promise<Buffer | undefined> {
  const socket = connect({host: '127.0.0.1', port});
  return new Promise<Buffer | undefined>((resolve, reject) => {
    let seen = Buffer.alloc(0);
    socket.setTimeout(SILENCE_MS, () => resolve(undefined));
    socket.on('error', reject);
    socket.on('close', () => resolve(undefined));
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length >= 2 && seen.length >= 2 + seen.readUInt16BE(0)) resolve(seen.subarray(2, 2 + seen.readUInt16BE(0)));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(packet.length);
    socket.write(Buffer.concat([length, packet]));
  }).finally(() => socket.destroy());
}

function recordData(record: Answer): string {
  switch (record.type) {
    case 'SRV': return `${record.data.priority} ${record.data.weight} ${record.data.port} ${record.data.target}`;
    case 'SOA': return `${record.data.mname} ${record.data.rname} <serial> ${record.data.refresh} ${record.data.retry} ${record.data.expire} ${record.data.minimum}`;
    case 'TXT': return [record.data].flat().map((text) => JSON.stringify(text.toString())).join(' ');
    default: return 'data' in record ? (typeof record.data === 'string' ? record.data : JSON.stringify(record.data)) : '';
  }
}

function recordLine(section: string, record: Answer): string {
  if (record.type === 'OPT') return `${section} OPT udp ${record.udpPayloadSize} version ${record.ednsVersion} flags ${record.flags}`;
  const ttl = 'ttl' in record ? record.ttl : 0;
  return `${section} ${record.name} ${ttl} ${'class' in record ? record.class : 'IN'} ${record.type} ${recordData(record)}`;
}

function sections(packet: DecodedPacket): [string, readonly Answer[]][] {
  return [['ANSWER', packet.answers ?? []], ['AUTHORITY', packet.authorities ?? []], ['ADDITIONAL', packet.additionals ?? []]];
}

/** The answer in lines: code and flags, sizes of the sections, question, then the records of each section in one order. */
export function dnsLines(answer: Buffer, view: 'records' | 'counts'): string[] {
  const bits = answer.readUInt16BE(2);
  const flags = [['qr', 0x8000], ['aa', 0x0400], ['tc', 0x0200], ['rd', 0x0100], ['ra', 0x0080], ['ad', 0x0020], ['cd', 0x0010]] as const;
  const set = flags.filter(([, bit]) => (bits & bit) !== 0).map(([flag]) => flag);
  const lines = [`${RCODES[bits & 0xf] ?? `RCODE${bits & 0xf}`} opcode ${(bits >> 11) & 0xf} ${set.join(' ')}`];
  if (answer.length <= HEADER_BYTES) return [...lines, 'header only'];
  const packet = decode(answer);
  for (const {name, type, class: kind} of packet.questions ?? []) lines.push(`QUESTION ${name} ${kind ?? ''} ${type}`);
  for (const [section, records] of sections(packet)) {
    lines.push(`${section} ${records.length}`);
    if (view === 'records') lines.push(...records.map((record) => recordLine(section, record)).sort());
  }
  return lines;
}

/** Asks one question and gives the answer in lines; `no answer` when the program keeps silent. */
export async function exchangeDns(port: number, step: DnsStep): Promise<string[]> {
  const packet = question(step);
  const answer = await (step.transport === 'tcp' ? overTcp(port, packet) : overUdp(port, packet));
  return answer === undefined ? ['no answer'] : dnsLines(answer, step.view ?? 'records');
}
