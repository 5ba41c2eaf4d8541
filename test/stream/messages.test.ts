import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import fc from 'fast-check';
import {ProtobufError} from '../../src/wire/protobuf-reader.ts';
import {runThrough} from '../../src/runtime/slices.ts';
import {decodeEvent, eventMessage, healthOp, type StreamEvent, streamEvent, subscribeRequestMessage} from '../../src/stream/messages.ts';

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly decoded: {readonly Index?: string; readonly NamedSubject?: {readonly Key: string}};
}

// Captured between agents of 1.21.4; each begins with the five bytes of a gRPC message.
const vectors = (JSON.parse(readFileSync(new URL('../vectors/rpc-raft-vectors.json', import.meta.url), 'utf8')) as {readonly subscribe: readonly Vector[]}).subscribe;
const bodyOf = ({hex}: Vector): Buffer => Buffer.from(hex, 'hex').subarray(5);
const requests = vectors.filter(({name}) => name.startsWith('SubscribeRequest'));
const events = vectors.filter(({name}) => !name.startsWith('SubscribeRequest'));

describe('messages of real agents', () => {
  test.each(requests)('$name is read, and written again byte for byte', (vector) => {
    const request = subscribeRequestMessage.decode(bodyOf(vector));
    expect(request).toMatchObject({Topic: 1, Datacenter: 'dc1', NamedSubject: {Key: vector.decoded.NamedSubject?.Key}});
    expect(subscribeRequestMessage.encode(request).toString('hex')).toBe(bodyOf(vector).toString('hex'));
  });

  test.each(events.map((vector, at) => ({...vector, at})))('$name ($at) is read, and written again with the same fields', (vector) => {
    const event = eventMessage.decode(bodyOf(vector));
    expect(event.Index).toBe(Number(vector.decoded.Index ?? event.Index));
    const written = eventMessage.encode(event);
    // Go writes the entries of a map in any order: only that may differ.
    expect(written.length).toBe(bodyOf(vector).length);
    expect(eventMessage.decode(written)).toEqual(event);
  });

  test('an instance has its fields where they belong', () => {
    const [first] = events;
    const event = eventMessage.decode(bodyOf(first as Vector));
    const {Node, Service, Checks} = event.ServiceHealth?.CheckServiceNode ?? {Node: null, Service: null, Checks: null};
    expect(Node).toMatchObject({Node: 'srv-a', Address: '127.0.15.1', Datacenter: 'dc1', CreateIndex: 14, ModifyIndex: 20});
    expect(Node?.Meta?.get('consul-version')).toBe('1.21.4');
    expect(Service).toMatchObject({ID: 'consul', Service: 'consul', Port: 8300, Weights: {Passing: 1, Warning: 1}, CreateIndex: 14});
    expect(Checks).toMatchObject([{CheckID: 'serfHealth', Status: 'passing', Definition: {Interval: 0}, ModifyIndex: 14}]);
  });
});

test('a batch is read in slices as in one go', () => {
  const single = events.map((vector) => eventMessage.decode(bodyOf(vector))).filter(({ServiceHealth}) => ServiceHealth !== null);
  const Events = Array.from({length: 300}, (_, at) => single[at % single.length] as StreamEvent).map((event) => streamEvent({Index: 7, ServiceHealth: event.ServiceHealth}));
  const batch = eventMessage.encode(streamEvent({Index: 7, EventBatch: {Events}}));
  const work = decodeEvent(batch);
  let steps = 0;
  let step = work.next();
  for (; step.done !== true; step = work.next()) steps++;
  expect(step.value).toEqual(eventMessage.decode(batch));
  expect(step.value.EventBatch?.Events?.[299]?.ServiceHealth?.Op).toBe(healthOp.register);
  expect(steps).toBeGreaterThanOrEqual(300);
});

test('bytes that are no event are an error, never a crash', () => {
  const real = events.map(bodyOf);
  fc.assert(
    fc.property(fc.nat(real.length - 1), fc.array(fc.tuple(fc.nat(), fc.nat(255)), {maxLength: 8}), fc.nat(), (which, changes, cut) => {
      const bytes = Buffer.from(real[which] ?? Buffer.alloc(0));
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      decoded(bytes.subarray(0, bytes.length - (cut % 7)));
    }),
    {numRuns: 3000},
  );
  fc.assert(fc.property(fc.uint8Array({maxLength: 200}), (bytes) => void decoded(bytes)), {numRuns: 3000});
});

/** The event, read in one go and in slices alike; undefined for what is none. */
function decoded(bytes: Uint8Array): StreamEvent | undefined {
  const whole = attempt(() => eventMessage.decode(bytes));
  expect(attempt(() => runThrough(decodeEvent(bytes)))).toEqual(whole);
  return whole;
}

function attempt(decode: () => StreamEvent): StreamEvent | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtobufError) return undefined;
    throw error;
  }
}
