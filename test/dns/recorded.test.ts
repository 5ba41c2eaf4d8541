import {readFileSync} from 'node:fs';
import {decode} from 'dns-packet';
import {describe, expect, test} from 'vitest';
import {DnsEngine} from '../../src/dns/dns-engine.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {CatalogLookups, type Registration} from './catalog-lookups.ts';
import {defaultDnsConfig} from './default-dns-config.ts';

interface Recorded {
  readonly registrations: readonly Registration[];
  readonly exchanges: readonly {name: string; type: string; transport: 'udp' | 'tcp'; edns?: number; query: string; answer: string | null}[];
}

const recorded = JSON.parse(readFileSync(new URL('recorded/consul-1.21.4.json', import.meta.url), 'utf8')) as Recorded;
const config = {...defaultDnsConfig, altDomain: 'test.alt.', nodeTtlMs: 3000, serviceTtlMs: {db: 5000, 'd*': 6000}};
/** One catalog and one engine: what is kept from one question must not spoil another. */
const engine = new DnsEngine({
  config, lookups: new CatalogLookups(recorded.registrations), clock: new SimulatedClock(), random: seededRandom(1), logger: silentLogger,
});

/** A message without order and time; of records chosen by chance, only how many. */
function shape(message: Buffer, sampled: boolean): unknown {
  const {answers = [], authorities = [], additionals = [], flag_aa, flag_ra, flag_rd, flag_tc, flag_cd, rcode, questions} = decode(message) as ReturnType<typeof decode> & {rcode: string};
  const texts = (section: readonly object[]): string[] => section.map((record) => JSON.stringify(record).replace(/"serial":\d+/, '"serial":0')).sort();
  const counts = [answers.length, authorities.length, additionals.length];
  const head = {bytes: message.length, flag_aa, flag_ra, flag_rd, flag_tc, flag_cd, rcode, questions, counts};
  return sampled ? head : {...head, answers: texts(answers), authorities: texts(authorities), additionals: texts(additionals)};
}

describe('the answers of Consul 1.21.4', () => {
  for (const {name, type, transport, edns, query, answer} of recorded.exchanges) {
    if (answer === null) continue;
    test(`${name} ${type} ${transport} ${edns ?? 'plain'}`, async () => {
      const theirs = Buffer.from(answer, 'hex');
      const sampled = name.startsWith('big.') || (edns === undefined && name.startsWith('db.'));
      const message = Buffer.from(query, 'hex');
      const ours = await engine.answer(message, {transport, address: '127.0.0.1', port: 1});
      expect(ours && shape(ours, sampled)).toEqual(shape(theirs, sampled));
      const kept = engine.answerKept(message, transport);
      if (kept !== null) expect(shape(kept, sampled)).toEqual(shape(theirs, sampled));
    });
  }
});
