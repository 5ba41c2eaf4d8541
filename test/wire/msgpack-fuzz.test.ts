import {expect, it} from 'vitest';
import {seededRandom} from '../../src/runtime/random.ts';
import {readAny} from '../../src/wire/any-value.ts';
import {MsgpackError} from '../../src/wire/msgpack-error.ts';
import {MsgpackFramer} from '../../src/wire/msgpack-framer.ts';
import {MsgpackReader} from '../../src/wire/msgpack-reader.ts';
import vectors from '../vectors/rpc-raft-vectors.json' with {type: 'json'};

const bodies = vectors.rpc.map((call) => Buffer.from(call.responseBodyHex, 'hex'));

it('a framer cuts the same values out of a stream, however it is chunked', () => {
  const random = seededRandom(7);
  const stream = Buffer.concat(bodies);
  for (const largest of [1, 3, 17, 1000, stream.length]) {
    const framer = new MsgpackFramer();
    const values: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const size = 1 + random.below(largest);
      framer.push(Buffer.from(stream.subarray(at, at + size)));
      at += size;
      for (let value = framer.next(); value !== null; value = framer.next()) values.push(value);
    }
    // Compared at the end: values that were handed out must not have been written over.
    expect(values.map((value) => value.toString('hex'))).toEqual(bodies.map((body) => body.toString('hex')));
    expect(framer.pendingBytes).toBe(0);
  }
});

it('a framer refuses a value over its limit as soon as that is known', () => {
  const framer = new MsgpackFramer(1000);
  framer.push(Buffer.from('db7fffffff', 'hex'));
  expect(() => framer.next()).toThrow(MsgpackError);
  const nested = new MsgpackFramer(1000);
  nested.push(Buffer.from('dfffffffff', 'hex'));
  expect(() => nested.next()).toThrow(MsgpackError);
});

it('depth is bounded, and skipping needs no depth', () => {
  const deep = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.from([0xc0])]);
  expect(() => readAny(new MsgpackReader(deep))).toThrow('max depth exceeded');
  const reader = new MsgpackReader(deep);
  reader.skip();
  expect(reader.done).toBe(true);
});

it('mutated bytes give a value or a MsgpackError', () => {
  const random = seededRandom(11);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(bodies[random.below(bodies.length)] ?? Buffer.alloc(0));
    for (let i = 1 + random.below(4); i > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
    const cut = bytes.subarray(0, random.below(4) === 0 ? random.below(bytes.length + 1) : bytes.length);
    for (const read of [readAny, (r: MsgpackReader) => r.skip()]) {
      try {
        read(new MsgpackReader(cut));
      } catch (error) {
        expect(error).toBeInstanceOf(MsgpackError);
      }
    }
  }
});

it('a bin value is no string, but is bytes', () => {
  const bin = Buffer.from('c403616263', 'hex');
  expect(new MsgpackReader(bin).readBytes()).toBe('abc');
  expect(() => new MsgpackReader(bin).readString()).toThrow(
    'codec.decoder: readContainerLen: Unrecognized descriptor byte: hex: c4, dec: 196');
});
