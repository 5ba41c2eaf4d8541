import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {controlFrame, frameFlag, frameType, readFrameHeader} from '../../../src/wire/yamux/frame.ts';
import {INITIAL_WINDOW_BYTES, UNACKED_STREAMS_MAX} from '../../../src/wire/yamux/limits.ts';
import {YamuxSession} from '../../../src/wire/yamux/yamux-session.ts';
import {pieces, received, SessionPair} from './session-pair.ts';

interface FrameVector {
  readonly name?: string;
  readonly hex: string;
}

const {yamux} = JSON.parse(readFileSync(new URL('../../vectors/rpc-raft-vectors.json', import.meta.url), 'utf8')) as {
  yamux: {clientFirstBytesHex: string; clientFrames: {headerHex: string; flags: number; streamId: number; length: number}[]; constructed: FrameVector[]};
};

function constructed(name: string): Buffer {
  return Buffer.from(yamux.constructed.find((vector) => vector.name === name)?.hex ?? '', 'hex');
}

describe('frames', () => {
  test('headers of a real client are read', () => {
    for (const {headerHex, flags, streamId, length} of yamux.clientFrames) {
      expect(readFrameHeader(Buffer.from(headerHex, 'hex'), 0)).toMatchObject({version: 0, flags, streamId, length});
    }
  });

  test('control frames are as Go writes them', () => {
    expect(controlFrame(frameType.ping, frameFlag.syn, 0, 0)).toEqual(constructed('ping SYN id 0'));
    expect(controlFrame(frameType.goAway, 0, 0, 1)).toEqual(constructed('goAway protocol error'));
    expect(controlFrame(frameType.windowUpdate, 0, 1, INITIAL_WINDOW_BYTES)).toEqual(constructed('window update +262144 stream 1, no flags'));
    expect(controlFrame(frameType.windowUpdate, frameFlag.fin, 1, 0)).toEqual(constructed('FIN stream 1'));
    expect(controlFrame(frameType.windowUpdate, frameFlag.rst, 1, 0)).toEqual(constructed('RST stream 1'));
  });

  test('the first bytes of a real client open a stream and carry a request', () => {
    const session = new YamuxSession({side: 'acceptor'}, 0);
    const events = session.receive(Buffer.from(yamux.clientFirstBytesHex, 'hex').subarray(1));
    expect(events[0]).toEqual({kind: 'opened', id: 1});
    expect(received(events, 1).toString('latin1')).toContain('Catalog.NodeService');
    expect(Buffer.concat(session.takeOutput()).toString('hex')).toBe('000100020000000100000000');
  });

  test('our own first bytes are those of a real client', () => {
    const session = new YamuxSession({side: 'dialer'}, 0);
    const id = session.open(0);
    session.write(id ?? 0, Buffer.from('ab'));
    expect(Buffer.concat(session.takeOutput()).toString('hex')).toBe('000100010000000100000000' + '000000000000000100000002' + '6162');
  });
});

describe('streams', () => {
  test('any bytes on any streams arrive whole and in order, however the connection cuts them', () => {
    const write = fc.record({stream: fc.nat(3), bytes: fc.integer({min: 1, max: 300_000}), back: fc.boolean()});
    fc.assert(fc.property(fc.array(write, {maxLength: 8}), fc.integer({min: 999, max: 70_000}), (writes, pieceBytes) => {
      const pair = new SessionPair();
      const ids = Array.from({length: 4}, () => pair.dialer.open(0) ?? 0);
      pair.run(pieceBytes);
      for (const [order, {stream, bytes, back}] of writes.entries()) {
        const sent = Buffer.alloc(bytes, order + 1);
        expect(pair.carry(back ? 'acceptor' : 'dialer', ids[stream] ?? 0, sent, pieceBytes).equals(sent)).toBe(true);
      }
    }), {numRuns: 20});
  });

  test('no more than the window is sent until the reader has consumed', () => {
    const pair = new SessionPair();
    const id = pair.dialer.open(0) ?? 0;
    expect(pair.dialer.write(id, Buffer.alloc(INITIAL_WINDOW_BYTES + 1))).toBe(INITIAL_WINDOW_BYTES);
    expect(pair.dialer.write(id, Buffer.alloc(1))).toBe(0);
    pair.run();
    expect(pair.dialerEvents).not.toContainEqual({kind: 'writable', id});
    pair.acceptor.consumed(id, INITIAL_WINDOW_BYTES / 2);
    pair.run();
    expect(pair.dialerEvents).toContainEqual({kind: 'writable', id});
    expect(pair.dialer.write(id, Buffer.alloc(INITIAL_WINDOW_BYTES))).toBe(INITIAL_WINDOW_BYTES / 2);
  });

  test('a stream is forgotten when both sides have finished it', () => {
    const pair = new SessionPair();
    const id = pair.dialer.open(0) ?? 0;
    pair.dialer.finish(id, 0);
    pair.run();
    expect(pair.acceptorEvents).toContainEqual({kind: 'ended', id});
    expect(pair.acceptor.write(id, Buffer.from('still'))).toBe(5);
    pair.acceptor.finish(id, 0);
    pair.run();
    expect(received(pair.dialerEvents, id).toString()).toBe('still');
    expect([pair.dialer.streamCount, pair.acceptor.streamCount]).toEqual([0, 0]);
    expect(() => pair.dialer.write(id, Buffer.from('x'))).toThrow('stream closed');
  });

  test('a stream that the peer never finishes is reset after five minutes', () => {
    const pair = new SessionPair();
    const id = pair.dialer.open(0) ?? 0;
    pair.run();
    pair.dialer.finish(id, 0);
    for (let i = 0; i < 10; i++) {
      pair.tick(30_000);
      pair.run();
    }
    expect(pair.dialerEvents).toContainEqual({kind: 'reset', id});
    expect(pair.acceptorEvents).toContainEqual({kind: 'reset', id});
  });

  test('what comes for an abandoned stream is dropped, and stopped when it fills the window', () => {
    const pair = new SessionPair();
    const id = pair.dialer.open(0) ?? 0;
    pair.dialer.abandon(id, 0);
    pair.run();
    pair.acceptor.write(id, Buffer.alloc(INITIAL_WINDOW_BYTES));
    pair.run();
    expect(received(pair.dialerEvents, id)).toHaveLength(0);
    expect(pair.acceptorEvents).toContainEqual({kind: 'reset', id});
  });

  test('at most 256 streams wait for the peer to acknowledge them', () => {
    const pair = new SessionPair();
    for (let i = 0; i < UNACKED_STREAMS_MAX; i++) expect(pair.dialer.open(0)).toBeDefined();
    expect(pair.dialer.open(0)).toBeUndefined();
    pair.run();
    expect(pair.dialer.open(0)).toBe(2 * UNACKED_STREAMS_MAX + 1);
  });

  test('streams beyond the limit are reset', () => {
    const pair = new SessionPair(1);
    const kept = pair.dialer.open(0) ?? 0;
    const refused = pair.dialer.open(0) ?? 0;
    pair.run();
    expect(pair.dialerEvents).toEqual([{kind: 'acknowledged', id: kept}, {kind: 'reset', id: refused}]);
  });
});

describe('sessions', () => {
  test('pings are answered, and an unanswered one ends the session after ten seconds', () => {
    const pair = new SessionPair();
    pair.tick(30_000);
    pair.run();
    pair.tick(10_000);
    pair.run();
    expect(pair.dialerEvents).toEqual([]);
    pair.tick(20_000);
    expect(Buffer.concat(pair.dialer.takeOutput()).toString('hex')).toContain('000200010000000000000001');
    pair.tick(10_000);
    expect(pair.dialerEvents).toEqual([{kind: 'failed', reason: 'keepalive timeout'}]);
  });

  test('a peer that leaves a stream unacknowledged for 75 seconds ends the session', () => {
    const pair = new SessionPair();
    pair.dialer.open(0);
    expect(pair.dialer.nextDeadlineMs).toBe(30_000);
    expect(pair.dialer.tick(75_000)).toEqual([{kind: 'failed', reason: 'stream open timeout'}]);
    expect(pair.dialer.isClosing).toBe(true);
  });

  test('after a GoAway of the peer no stream is opened, and the present ones go on', () => {
    const pair = new SessionPair();
    const id = pair.dialer.open(0) ?? 0;
    pair.run();
    pair.acceptor.goAway();
    pair.run();
    expect(pair.dialer.open(0)).toBeUndefined();
    expect(pair.dialer.write(id, Buffer.from('on'))).toBe(2);
  });

  test.each([
    ['a second SYN for one stream', ['000100010000000100000000', '000100010000000100000000'], /stream 1 cannot be opened/],
    ['a stream with an id of ours', ['000100010000000200000000'], /stream 2 cannot be opened/],
    ['more data than the window', ['000100010000000100000000', '000000000000000100040001'], /window exceeded/],
  ])('%s is answered with a protocol error', (_name, frames, reason) => {
    const session = new YamuxSession({side: 'acceptor'}, 0);
    const events = frames.flatMap((hex) => session.receive(Buffer.from(hex, 'hex')));
    expect(events.at(-1)).toMatchObject({kind: 'failed', reason: expect.stringMatching(reason) as string});
    expect(Buffer.concat(session.takeOutput()).subarray(-12)).toEqual(constructed('goAway protocol error'));
  });

  test.each([['version', '010000000000000100000000'], ['type', '000400000000000100000000']])('an unknown %s drops the session', (what, hex) => {
    const [event] = new YamuxSession({side: 'acceptor'}, 0).receive(Buffer.from(hex, 'hex'));
    expect(event).toMatchObject({kind: 'failed', reason: expect.stringContaining(what) as string});
  });

  test('frames of unknown streams are passed over', () => {
    const session = new YamuxSession({side: 'acceptor'}, 0);
    const events = session.receive(Buffer.from('000000000000000900000003' + '616263' + '000100010000000100000000', 'hex'));
    expect(events).toEqual([{kind: 'opened', id: 1}]);
  });

  test('hostile bytes never crash a session, and never make it hold what it was not asked to', () => {
    const header = fc.tuple(fc.constantFrom(0, 0, 0, 0, 1), fc.integer({min: 0, max: 4}), fc.integer({min: 0, max: 15}), fc.integer({min: 0, max: 6}), fc.constantFrom(0, 1, 5, 262_144, 0xffff_ffff));
    const frame = fc.tuple(header, fc.uint8Array({maxLength: 6})).map(([[version, type, flags, id, length], payload]) => {
      const bytes = controlFrame(type, flags, id, length);
      bytes[0] = version;
      return Buffer.concat([bytes, payload]);
    });
    fc.assert(fc.property(fc.array(fc.oneof(frame, fc.uint8Array({maxLength: 30}).map((raw) => Buffer.from(raw))), {maxLength: 30}), fc.integer({min: 1, max: 40}), (frames, pieceBytes) => {
      const session = new YamuxSession({side: 'acceptor', streamsMax: 2}, 0);
      for (const piece of pieces(Buffer.concat(frames), pieceBytes)) {
        for (const event of session.receive(piece)) if (event.kind === 'data') session.consumed(event.id, event.bytes.length);
      }
      session.tick(30_000);
      expect(session.streamCount).toBeLessThanOrEqual(2);
    }), {numRuns: 500});
  });
});
