import {type Duplex} from 'node:stream';
import {type Clock} from '../../runtime/clock.ts';
import {DeadlineTimer} from '../../runtime/deadline-timer.ts';
import {type YamuxEvent, YamuxSession} from '../../wire/yamux/yamux-session.ts';
import {JOINED_BYTES_MAX, UNSENT_BYTES_MAX} from './limits.ts';
import {YamuxStream, type YamuxStreamOwner} from './yamux-stream.ts';

export interface YamuxConnectionOptions {
  readonly side: 'dialer' | 'acceptor';
  /** The connection, past its first byte and flowing for nobody else. */
  readonly socket: Duplex;
  readonly clock: Clock;
  readonly streamsMax?: number;
  /** A stream that the peer opened. */
  readonly onStream?: (stream: YamuxStream) => void;
  /** Called once, when the connection is gone and all its streams with it. */
  readonly onClose?: (reason: string) => void;
}

interface PendingWrite {
  readonly id: number;
  bytes: Buffer;
  readonly done: (error?: Error) => void;
}

/** A yamux session on a connection: moves bytes between the session core, the socket and the streams, and keeps its time. */
export class YamuxConnection implements YamuxStreamOwner {
  readonly #options: YamuxConnectionOptions;
  readonly #session: YamuxSession;
  readonly #streams = new Map<number, YamuxStream>();
  /** Writes that wait for their stream's window. */
  readonly #waitingForWindow = new Map<number, PendingWrite>();
  /** Writes that wait until the socket takes more. */
  #waitingForSocket: PendingWrite[] = [];
  readonly #waitingToOpen: (() => void)[] = [];
  #socketIsFull = false;
  #flushScheduled = false;
  readonly #timer: DeadlineTimer;
  #ended = false;

  constructor(options: YamuxConnectionOptions) {
    const {socket, clock, side, streamsMax} = options;
    this.#options = options;
    this.#session = new YamuxSession({side, ...(streamsMax === undefined ? {} : {streamsMax})}, clock.nowMs());
    this.#timer = new DeadlineTimer(clock, () => this.#session.nextDeadlineMs, () => this.#tickSoon());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#end('session shutdown'));
    socket.on('error', (error: Error) => this.#end(error.message));
    socket.on('close', () => this.#end('session shutdown'));
    this.#lookAtTime();
  }

  /** Streams open at least in one direction. */
  get streamCount(): number {
    return this.#session.streamCount;
  }

  /** False when no stream can be opened any more. */
  get isUsable(): boolean {
    return !this.#ended && !this.#session.isClosing;
  }

  /**
   * Opens a stream; waits only while the peer has too many to acknowledge.
   * @throws Error `session shutdown`
   */
  async openStream(): Promise<YamuxStream> {
    for (;;) {
      if (!this.isUsable) throw new Error('session shutdown');
      const id = this.#session.open(this.#options.clock.nowMs());
      if (id !== undefined) return this.#newStream(id);
      await new Promise<void>((resolve) => void this.#waitingToOpen.push(resolve));
    }
  }

  /** Ends the connection now; streams that are still open break. */
  close(): void {
    this.#end('session shutdown');
  }

  tryWrite(id: number, bytes: Buffer): boolean {
    if (this.#socketIsFull || this.#ended || this.#session.windowOf(id) < bytes.length || !this.#streams.has(id)) return false;
    this.#session.write(id, bytes);
    this.#scheduleFlush();
    return true;
  }

  write(id: number, bytes: Buffer, done: (error?: Error) => void): void {
    const pending = {id, bytes, done};
    if (this.#socketIsFull) this.#waitingForSocket.push(pending);
    else this.#write(pending);
  }

  finish(id: number): void {
    this.#session.finish(id, this.#options.clock.nowMs());
    this.#scheduleFlush();
  }

  consumed(id: number, count: number): void {
    this.#session.consumed(id, count);
    this.#scheduleFlush();
  }

  closed(id: number, isBroken: boolean): void {
    this.#streams.delete(id);
    this.#waitingForWindow.delete(id);
    this.#waitingForSocket = this.#waitingForSocket.filter((pending) => pending.id !== id);
    if (isBroken) this.#session.reset(id);
    else this.#session.abandon(id, this.#options.clock.nowMs());
    this.#scheduleFlush();
  }

  #write(pending: PendingWrite): void {
    if (this.#ended) return pending.done(new Error('session shutdown'));
    // A stream that the peer has reset is on its way to being destroyed.
    if (!this.#streams.has(pending.id)) return pending.done(new Error('stream closed'));
    pending.bytes = pending.bytes.subarray(this.#session.write(pending.id, pending.bytes));
    if (pending.bytes.length > 0) this.#waitingForWindow.set(pending.id, pending);
    else pending.done();
    this.#scheduleFlush();
  }

  #newStream(id: number): YamuxStream {
    const stream = new YamuxStream(id, this);
    this.#streams.set(id, stream);
    this.#scheduleFlush();
    return stream;
  }

  #receive(chunk: Buffer): void {
    this.#perform(this.#session.receive(chunk));
    this.#scheduleFlush();
    if (this.#options.socket.writableLength > UNSENT_BYTES_MAX) this.#options.socket.pause();
  }

  #perform(events: readonly YamuxEvent[]): void {
    for (const event of events) this.#performOne(event);
  }

  #performOne(event: YamuxEvent): void {
    switch (event.kind) {
      case 'opened': {
        // In Consul only the dialing side opens streams.
        if (this.#options.onStream === undefined) this.#session.reset(event.id);
        else this.#options.onStream(this.#newStream(event.id));
        return;
      }
      case 'acknowledged':
        return this.#waitingToOpen.shift()?.();
      case 'data':
        return this.#streams.get(event.id)?.deliver(event.bytes);
      case 'ended':
        return this.#streams.get(event.id)?.deliverEnd();
      case 'reset':
        this.#streams.get(event.id)?.destroy(new Error('stream reset'));
        return;
      case 'writable': {
        const pending = this.#waitingForWindow.get(event.id);
        this.#waitingForWindow.delete(event.id);
        if (pending !== undefined) this.write(pending.id, pending.bytes, pending.done);
        return;
      }
      case 'failed':
        this.#flush();
        return this.#end(event.reason);
    }
  }

  /**
   * What one turn of the loop has to say goes out together: also what comes of the other sockets that were read in it. A
   * call forwarded for each of many clients is so one packet, not many, here and at the server that reads it.
   */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#ended) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#flush();
      this.#lookAtTime();
    });
  }

  #flush(): void {
    if (this.#ended) return;
    const {socket} = this.#options;
    const output = joinShort(this.#session.takeOutput());
    if (output.length > 1) socket.cork();
    for (const bytes of output) if (!socket.write(bytes)) this.#socketIsFull = true;
    if (output.length > 1) socket.uncork();
  }

  #drained(): void {
    this.#socketIsFull = false;
    if (this.#ended) return;
    this.#options.socket.resume();
    const waiting = this.#waitingForSocket;
    this.#waitingForSocket = [];
    for (const {id, bytes, done} of waiting) this.write(id, bytes, done);
  }

  /** Node runs due timers before it reads sockets: an answer that lies there unread is heard first. */
  #tickSoon(): void {
    setImmediate(() => {
      if (this.#ended) return;
      this.#perform(this.#session.tick(this.#options.clock.nowMs()));
      this.#flush();
      this.#lookAtTime();
    });
  }

  #lookAtTime(): void {
    if (!this.#ended) this.#timer.look();
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer.cancel();
    this.#options.socket.destroy();
    const error = new Error('session shutdown');
    const writes = [...this.#waitingForWindow.values(), ...this.#waitingForSocket];
    this.#waitingForWindow.clear();
    this.#waitingForSocket = [];
    for (const {done} of writes) done(error);
    for (const stream of this.#streams.values()) stream.destroy(error);
    this.#streams.clear();
    for (const resolve of this.#waitingToOpen.splice(0)) resolve();
    this.#options.onClose?.(reason);
  }
}

/** Puts neighbours that are short into one buffer: copying them costs less than a write of each. */
function joinShort(buffers: readonly Buffer[]): readonly Buffer[] {
  if (buffers.length < 2) return buffers;
  const joined: Buffer[] = [];
  let from = 0;
  let bytes = 0;
  for (let at = 0; at <= buffers.length; at++) {
    const size = buffers[at]?.length ?? Infinity;
    if (bytes + size <= JOINED_BYTES_MAX) {
      bytes += size;
      continue;
    }
    if (at - from === 1) joined.push(buffers[from] as Buffer);
    else if (at > from) joined.push(Buffer.concat(buffers.slice(from, at), bytes));
    from = at;
    bytes = size;
  }
  return joined;
}
