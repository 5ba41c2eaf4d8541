import {YamuxSession, type YamuxEvent} from '../../../src/wire/yamux/yamux-session.ts';

/** Two sessions joined by wires that the test lets run. */
export class SessionPair {
  nowMs = 0;
  readonly dialer = new YamuxSession({side: 'dialer'}, 0);
  readonly acceptor: YamuxSession;
  readonly dialerEvents: YamuxEvent[] = [];
  readonly acceptorEvents: YamuxEvent[] = [];

  constructor(streamsMax?: number) {
    this.acceptor = new YamuxSession({side: 'acceptor', ...(streamsMax === undefined ? {} : {streamsMax})}, 0);
  }

  /** Carries bytes both ways, cut into pieces of `pieceBytes`, until there are none left. */
  run(pieceBytes = Infinity): void {
    for (;;) {
      const toAcceptor = Buffer.concat(this.dialer.takeOutput());
      const toDialer = Buffer.concat(this.acceptor.takeOutput());
      if (toAcceptor.length === 0 && toDialer.length === 0) return;
      for (const piece of pieces(toAcceptor, pieceBytes)) this.acceptorEvents.push(...this.acceptor.receive(piece));
      for (const piece of pieces(toDialer, pieceBytes)) this.dialerEvents.push(...this.dialer.receive(piece));
    }
  }

  /** Writes all of `bytes` to a stream and reads them at the other side, credit included. */
  carry(from: 'dialer' | 'acceptor', id: number, bytes: Buffer, pieceBytes: number): Buffer {
    const [writer, reader, events] = from === 'dialer' ? [this.dialer, this.acceptor, this.acceptorEvents] : [this.acceptor, this.dialer, this.dialerEvents];
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      at += writer.write(id, bytes.subarray(at));
      this.run(pieceBytes);
      for (const event of events.splice(0)) {
        if (event.kind !== 'data' || event.id !== id) continue;
        parts.push(event.bytes);
        reader.consumed(id, event.bytes.length);
      }
      this.run(pieceBytes);
    }
    return Buffer.concat(parts);
  }

  tick(ms: number): void {
    this.nowMs += ms;
    this.dialerEvents.push(...this.dialer.tick(this.nowMs));
    this.acceptorEvents.push(...this.acceptor.tick(this.nowMs));
  }
}

export function* pieces(bytes: Buffer, pieceBytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, Math.min(at + pieceBytes, bytes.length));
}

/** All bytes of one stream among the events. */
export function received(events: readonly YamuxEvent[], id: number): Buffer {
  return Buffer.concat(events.flatMap((event) => (event.kind === 'data' && event.id === id ? [event.bytes] : [])));
}
