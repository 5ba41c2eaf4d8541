import {describe, expect, it} from 'vitest';
import {type Method} from '../../src/rpc/method.ts';
import {sessionApply, sessionList, sessionRenew} from '../../src/session/methods.ts';
import {Session, SessionRequest} from '../../src/session/schema.ts';
import {type Type} from '../../src/schema/type.ts';
import vectors from '../vectors/rpc-raft-vectors.json' with {type: 'json'};

function roundTrip<T>(type: Type<T>, hex: string): T {
  const value = type.fromMsgpack(Buffer.from(hex, 'hex'));
  expect(type.toMsgpack(value).toString('hex')).toBe(hex);
  return value;
}

function callsOf(method: Method<unknown, unknown>) {
  const calls = vectors.rpc.filter((call) => call.method === method.name && call.versions.includes('client 1.21.4'));
  expect(calls.length).toBeGreaterThan(0);
  return calls;
}

describe('sessions as 1.21.4 writes them', () => {
  it('requests of a client, byte for byte, and the answers of a server', () => {
    for (const method of [sessionApply, sessionRenew, sessionList] as readonly Method<unknown, unknown>[]) {
      for (const {requestBodyHex, responseBodyHex, response} of callsOf(method)) {
        roundTrip(method.request, requestBodyHex);
        expect(method.response.fromMsgpack(Buffer.from(responseBodyHex, 'hex'))).toMatchObject(response as object);
      }
    }
  });

  it('the log entry', () => {
    const entry = vectors.log_commands.find(({name}) => name === 'SessionRequest create');
    const request = roundTrip(SessionRequest, entry?.hex.slice(2) ?? '');
    expect(entry?.hex.slice(0, 2)).toBe('03');
    expect(request).toMatchObject({Op: 'create', Session: {Node: 'cl-1', LockDelay: 15e9, NodeChecks: ['serfHealth'], TTL: '10s'}});
  });

  it('the record of a snapshot', () => {
    const records = vectors.state_bin.records.filter(({type}) => String(type) === '3');
    expect(records.length).toBeGreaterThan(0);
    for (const {hex} of records) expect(roundTrip(Session, hex.slice(2)).ID).toMatch(/^[0-9a-f-]{36}$/);
  });
});
