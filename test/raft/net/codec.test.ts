import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {rpcType} from '../../../src/raft/net/raft-structs.ts';
import {decodeRequest, encodeRequest, ProtocolVersionError} from '../../../src/raft/net/request-codec.ts';
import {decodeErrorText, decodeResponse, decodeSnapshotResponse, encodeFailure, encodeResponse} from '../../../src/raft/net/response-codec.ts';
import {MsgpackFramer} from '../../../src/wire/msgpack-framer.ts';

interface Exchange {
  readonly name: string;
  readonly sender?: string;
  readonly receiver?: string;
  readonly requestHex: string;
  readonly responseHex?: string;
  readonly response?: {readonly ID?: string | null; readonly Addr?: string | null; readonly Peers?: unknown};
}

const vectors = JSON.parse(readFileSync(new URL('../../vectors/rpc-raft-vectors.json', import.meta.url), 'utf8')) as {
  raft: Exchange[];
  raft_1_8_7: Exchange[];
};

/** The request's bytes, without those of a snapshot's state that follow it. */
function requestOf({requestHex}: Exchange): Buffer {
  const bytes = Buffer.from(requestHex, 'hex');
  const framer = new MsgpackFramer();
  framer.push(bytes.subarray(1));
  return bytes.subarray(0, 1 + (framer.next()?.length ?? 0));
}

describe('requests of Consul 1.21.4', () => {
  test.each(vectors.raft.map((exchange) => [exchange.name, exchange] as const))('%s is read, and written with the same bytes', (_name, exchange) => {
    const bytes = requestOf(exchange);
    const request = decodeRequest(bytes[0] ?? 0, bytes.subarray(1));
    expect(request.from.address).toMatch(/^127\.0\.15\.\d:8300$/);
    expect(withoutTimes(encodeRequest(request))).toBe(withoutTimes(bytes));
  });

  test('a heartbeat is told from a keep-alive', () => {
    const kinds = vectors.raft.flatMap((exchange) => {
      const bytes = requestOf(exchange);
      const request = decodeRequest(bytes[0] ?? 0, bytes.subarray(1));
      return request.kind === 'append' && request.entries.length === 0 ? [`${exchange.name}: ${request.heartbeat}`] : [];
    });
    expect(kinds).toEqual(expect.arrayContaining(['AppendEntries empty: false']));
    expect(kinds.filter((kind) => kind.includes('heartbeat')).every((kind) => kind.endsWith('true'))).toBe(true);
  });
});

/** Hex with the nanoseconds of `AppendedAt` left out: our entries keep microseconds. */
function withoutTimes(bytes: Buffer): string {
  return bytes.toString('hex').replaceAll(/(417070656e6465644174af01[0-9a-f]{16})[0-9a-f]{12}/g, '$1');
}

test.each(vectors.raft.map((exchange) => [exchange.name, exchange] as const))('the answer of 1.21.4 to %s is read, and written with the same bytes', (_name, exchange) => {
  const bytes = Buffer.from(exchange.responseHex ?? '', 'hex');
  const {kind} = decodeRequest(requestOf(exchange)[0] ?? 0, requestOf(exchange).subarray(1));
  expect(decodeErrorText(bytes)).toBe('');
  const response = kind === 'install-snapshot' ? decodeSnapshotResponse(bytes.subarray(1)) : decodeResponse(kind, bytes.subarray(1));
  const self = {id: exchange.response?.ID ?? '', address: exchange.response?.Addr ?? ''};
  expect(encodeResponse(response, self).toString('hex')).toBe(bytes.toString('hex'));
});

describe('Consul 1.8.7', () => {
  const sent = vectors.raft_1_8_7.filter((exchange) => exchange.sender === '1.8.7');

  test('its requests name their sender by address only', () => {
    expect(sent.length).toBeGreaterThan(5);
    for (const exchange of sent) {
      const bytes = requestOf(exchange);
      expect(decodeRequest(bytes[0] ?? 0, bytes.subarray(1)).from).toEqual({id: '', address: expect.stringMatching(/^127\.0\.15\.\d+:8300$/) as string});
    }
  });

  test('its entries have no time and otherwise all they need', () => {
    const noop = sent.find((exchange) => exchange.name === 'AppendEntries type1');
    const bytes = Buffer.from(noop?.requestHex ?? '', 'hex');
    expect(decodeRequest(0, bytes.subarray(1))).toMatchObject({
      kind: 'append', heartbeat: false, entries: [{index: 145, term: 4, type: 1, data: null, extensions: null, appendedAtMs: 0}],
    });
  });

  test('its answers are read', () => {
    const bytes = Buffer.from(vectors.raft_1_8_7.find((exchange) => exchange.receiver === '1.8.7')?.responseHex ?? '', 'hex');
    expect(decodeResponse('append', bytes.subarray(1))).toEqual({kind: 'append-response', term: 2, success: true, lastIndex: 137, noRetryBackoff: false});
  });
});

test('another version of the protocol is refused with the text of Go', () => {
  const bytes = encodeRequest({kind: 'timeout-now', from: {id: 'a', address: 'b'}});
  bytes[bytes.length - 1] = 1;
  expect(() => decodeRequest(rpcType.timeoutNow, bytes.subarray(1))).toThrow(ProtocolVersionError);
  expect(encodeFailure('operation not supported with current protocol version').at(-1)).toBe(0xc0);
});

test('hostile bodies are errors', () => {
  const requests = vectors.raft.map((exchange) => requestOf(exchange));
  fc.assert(fc.property(fc.constantFrom(...requests), fc.nat(), fc.nat(255), fc.nat(6), (request, at, byte, type) => {
    const bytes = Buffer.from(request);
    bytes[1 + (at % (bytes.length - 1))] = byte;
    for (const body of [bytes.subarray(1), bytes.subarray(1, 1 + (at % bytes.length))]) {
      try {
        decodeRequest(type, body);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  }), {numRuns: 2000});
});
