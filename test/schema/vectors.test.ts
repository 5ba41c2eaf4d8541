import {describe, expect, it} from 'vitest';
import {DCSpecificRequest, QueryOptions} from '../../src/schema/rpc-common.ts';
import {any, binary, bool, bytes, duration, float32, float64, int64, list, map, str, time, uint64} from '../../src/schema/types.ts';
import {struct} from '../../src/schema/struct.ts';
import {formatGoTime} from '../../src/schema/go-time.ts';
import {type Type} from '../../src/schema/type.ts';
import vectors from '../vectors/rpc-raft-vectors.json' with {type: 'json'};
import {DirEntry, DeregisterRequest, KVSRequest, RegisterRequest, SessionRequest} from './sample-structs.ts';

interface Vector {readonly name?: string; readonly method?: string; readonly hex?: string; readonly requestBodyHex?: string; readonly decoded?: unknown}

function vector(name: string): string {
  const found = (vectors.codec as readonly Vector[]).find((entry) => entry.name === name);
  if (found?.hex === undefined) throw new Error(`no vector ${name}`);
  return found.hex;
}

/** Decodes, encodes again, and hands back the value. */
function roundTrip<T>(type: Type<T>, hex: string): T {
  const value = type.fromMsgpack(Buffer.from(hex, 'hex'));
  expect(type.toMsgpack(value).toString('hex')).toBe(hex);
  return value;
}

describe('scalars as Go encodes them', () => {
  for (const entry of vectors.codec as readonly Vector[]) {
    const name = entry.name ?? '';
    const hex = entry.hex ?? '';
    if (name.startsWith('int64 ')) it(name, () => expect(roundTrip(int64, hex)).toBe(Number(entry.decoded)));
    if (name.startsWith('string len')) it(name, () => expect(roundTrip(str, hex)).toMatch(/^a+$/));
    if (name.startsWith('time ')) it(name, () => expect(formatGoTime(roundTrip(time, hex))).toBe(
      String(entry.decoded).replace('+00:19:32', '+00:19')));
    it(`any: ${name}`, () => {
      if (!name.startsWith('float32')) roundTrip(any, hex);
    });
  }

  it('the rest', () => {
    expect(roundTrip(uint64, vector('uint64 max'))).toBe(0xffff_ffff_ffff_ffffn);
    expect(roundTrip(float64, vector('float64 1.5'))).toBe(1.5);
    expect(roundTrip(float32, vector('float32 1.5'))).toBe(1.5);
    expect(roundTrip(bool, vector('bool true'))).toBe(true);
    expect(roundTrip(bytes, vector('bytes len 3'))).toBe('bar');
    expect(roundTrip(duration, vector('duration 15s'))).toBe(15e9);
    // The default of dns_config.max_stale, which is over 2^53.
    expect(duration.fromMsgpack(duration.toMsgpack(87_600 * 3600e9))).toBe(87_600 * 3600e9);
    expect(bytes.toMsgpack('').toString('hex')).toBe(vector('bytes nil'));
    expect(list(str).toMsgpack(null).toString('hex')).toBe(vector('nil []string'));
    expect(map(str).toMsgpack(null).toString('hex')).toBe(vector('nil map'));
    expect(struct('Empty', {}).toMsgpack({}).toString('hex')).toBe(vector('struct{}'));
    expect(binary.fromMsgpack(Buffer.from('c403010203', 'hex'))).toEqual(Buffer.from([1, 2, 3]));
  });
});

describe('structs as Go encodes them', () => {
  it('common requests', () => {
    expect(roundTrip(QueryOptions, vector('QueryOptions zero'))).toEqual(QueryOptions.zero());
    expect(roundTrip(DCSpecificRequest, vector('DCSpecificRequest dc1'))).toEqual(DCSpecificRequest.make({Datacenter: 'dc1'}));
    expect(roundTrip(DirEntry, vector('EnterpriseMeta inside DirEntry')).Key).toBe('foo');
  });

  it('log commands', () => {
    for (const {name, hex} of vectors.log_commands) {
      if (!name.startsWith('KVSRequest') && !name.startsWith('DeregisterRequest')) continue;
      const body = hex.slice(2);
      if (name.startsWith('KVS')) roundTrip(KVSRequest, body);
      else roundTrip(DeregisterRequest, body);
    }
  });

  it('request bodies from 1.21.4 clients', () => {
    const types = new Map<string, Type<unknown>>([
      ['KVS.Apply', KVSRequest], ['Catalog.Deregister', DeregisterRequest], ['Catalog.Register', RegisterRequest],
      ['Session.Apply', SessionRequest], ['Catalog.ListServices', DCSpecificRequest], ['Status.Leader', DCSpecificRequest]]);
    let seen = 0;
    for (const call of vectors.rpc) {
      const type = types.get(call.method);
      if (type === undefined || call.method === 'Status.Leader' || !call.versions.includes('client 1.21.4')) continue;
      roundTrip(type, call.requestBodyHex);
      seen++;
    }
    expect(seen).toBeGreaterThan(5);
  });

  it('every RPC body and snapshot record survives as free values', () => {
    const hexes = vectors.rpc.flatMap((call) => [call.requestHeaderHex, call.requestBodyHex, call.responseHeaderHex, call.responseBodyHex])
      .concat(vectors.state_bin.records.map((record) => (record.type === 'header' ? record.hex : record.hex.slice(2))));
    for (const hex of hexes) roundTrip(any, hex);
    expect(hexes.length).toBeGreaterThan(200);
  });
});
