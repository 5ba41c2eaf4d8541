import {decode, encode} from 'dns-packet';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {DnsEngine} from '../../src/dns/dns-engine.ts';
import {readMessage} from '../../src/dns/wire/message-reader.ts';
import {nameLabels, readName} from '../../src/dns/wire/name-text.ts';
import {DnsWireError} from '../../src/dns/wire/wire-error.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {CatalogLookups} from './catalog-lookups.ts';
import {defaultDnsConfig} from './default-dns-config.ts';

const lookups = new CatalogLookups([{Node: 'foo', Address: '10.0.0.1', Service: {ID: 'db', Service: 'db', Port: 1}}]);
const engine = new DnsEngine({config: defaultDnsConfig, lookups, clock: new SimulatedClock(), random: seededRandom(1), logger: silentLogger});
const client = {transport: 'udp', address: '127.0.0.1', port: 1} as const;
const question = '026462077365727669636506636f6e73756c0000010001';

/** Name, request and reply as a running Consul 1.21.4 gave it (hex; a reply of 12 bytes is a header alone). */
const recorded: readonly (readonly [string, string, string | null])[] = [
  ['two questions', `000107ff0002000000000000${question}`, '000183b10000000000000000'],
  ['opcode STATUS', `000117ff0001000000000000${question}`, '000193b40000000000000000'],
  ['opcode UPDATE', `000129b00001000000000000${question}`, '0001a9b40000000000000000'],
  ['two authority records', `000101000001000000020000${question}`, '000181010000000000000000'],
  ['a reserved label', '0001010000010000000000008264620000010001', '000181010000000000000000'],
  ['a pointer to itself', '000101000001000000000000c00c00010001', '000181010000000000000000'],
  ['a question cut in its name', '0001010000010000000000000264', '000181010000000000000000'],
  ['a question cut in its type', `000101000001000000000000${question.slice(0, -6)}`, '000181010000000000000000'],
  ['an OPT record cut short', `000107ff0001000000000001${question}000029`, `000183b10001000000000000${question}`],
  ['a question without type and class', '00010100000100000000000002646200', '0001810500010000000000000264620000000000'],
  ['a name of the root', '0001010000010000000000000000010001', '0001810500010000000000000000010001'],
  ['a response', `000181000001000000000000${question}`, null],
  ['less than a header', '00010100', null],
];

describe('malformed requests', () => {
  for (const [name, request, reply] of recorded) {
    test(name, async () => {
      const answered = await engine.answer(Buffer.from(request, 'hex'), client);
      expect(answered?.toString('hex') ?? null).toBe(reply);
    });
  }

  test('any bytes get a reply or none, never an error; a reply is readable', async () => {
    const valid = encode({
      type: 'query', id: 1, questions: [{name: 'db.service.consul', type: 'SRV'}],
      additionals: [{type: 'OPT', name: '.', udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [{code: 8, ip: '1.2.3.0', sourcePrefixLength: 24}]}],
    });
    const mutated = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), {maxLength: 4}).map((changes) => {
      const bytes = Buffer.from(valid);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    const bytes = fc.oneof(mutated, fc.tuple(mutated, fc.nat(valid.length)).map(([m, n]) => m.subarray(0, n)), fc.uint8Array({maxLength: 80}).map((b) => Buffer.from(b)));
    await fc.assert(
      fc.asyncProperty(bytes, async (message) => {
        const reply = await engine.answer(message, client);
        if (reply !== null) readMessage(reply);
        engine.answerKept(message, 'udp');
        engine.answerKept(message, 'tcp');
      }),
      {numRuns: 3000, seed: 11},
    );
  });

  test('a mutated upstream reply is read or refused', () => {
    const valid = encode({
      type: 'response', id: 1, questions: [{name: 'a.b', type: 'A'}],
      answers: [
        {type: 'CNAME', name: 'a.b', ttl: 1, data: 'c.d'}, {type: 'A', name: 'c.d', ttl: 1, data: '10.0.0.1'}, {type: 'MX', name: 'c.d', data: {preference: 1, exchange: 'e.f'}},
        {type: 'SOA', name: 'c.d', data: {mname: 'm', rname: 'r', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5}}, {type: 'SRV', name: 'c.d', data: {port: 1, target: 't'}},
      ],
    });
    expect(readMessage(valid).answer.map(({type}) => type)).toEqual(['CNAME', 'A', 'MX', 'SOA', 'SRV']);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), {maxLength: 5}), fc.nat(valid.length), (changes, length) => {
        const bytes = Buffer.from(valid);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          readMessage(bytes.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(DnsWireError);
        }
      }),
      {numRuns: 3000, seed: 12},
    );
  });

  test('a name survives text form and back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({minLength: 1, maxLength: 20}), {maxLength: 8}), (labels) => {
        const wire = Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
        expect(nameLabels(readName(wire, 0).text).map(({bytes}) => Buffer.from(bytes))).toEqual(labels.map((label) => Buffer.from(label)));
      }),
    );
  });

  test('a node name that DNS cannot write gives SERVFAIL, a long text is cut into strings', async () => {
    const odd = new CatalogLookups([
      {Node: 'x'.repeat(64), Address: '10.0.0.2', Service: {ID: 'w', Service: 'w'}},
      {Node: 'long', Address: '10.0.0.3', NodeMeta: {k: 'v'.repeat(300)}},
    ]);
    const own = new DnsEngine({config: defaultDnsConfig, lookups: odd, clock: new SimulatedClock(), random: seededRandom(1), logger: silentLogger});
    const ask = async (name: string, type: 'SRV' | 'TXT') => decode((await own.answer(encode({type: 'query', id: 1, questions: [{name, type}]}), client)) ?? Buffer.alloc(0));
    expect(await ask('w.service.consul', 'SRV')).toMatchObject({rcode: 'SERVFAIL', answers: []});
    const [txt] = (await ask('long.node.consul', 'TXT')).answers ?? [];
    expect(txt?.type === 'TXT' ? Buffer.concat([txt.data].flat() as Buffer[]).length : 0).toBe(302);
  });
});
