import {controlFrame, FRAME_HEADER_BYTES, frameFlag, type FrameHeader, frameType, goAwayCode, readFrameHeader, writeFrameHeader} from './frame.ts';
import {
  COPIED_PAYLOAD_BYTES_MAX, CREDIT_STEP_BYTES, DATA_FRAME_BYTES_MAX, HALF_CLOSED_TIMEOUT_MS, STREAM_OPEN_TIMEOUT_MS,
  STREAMS_MAX, UNACKED_STREAMS_MAX,
} from './limits.ts';
import {KeepAlive} from './keep-alive.ts';
import {StreamState} from './stream-state.ts';

/** What a session has to tell its owner. */
export type YamuxEvent =
  /** The peer opened a stream; it is acknowledged already. */
  | {readonly kind: 'opened'; readonly id: number}
  /** The peer acknowledged a stream of ours. */
  | {readonly kind: 'acknowledged'; readonly id: number}
  /** Bytes of a stream, valid as long as the chunk they came in. `consumed` must be called for them in the end. */
  | {readonly kind: 'data'; readonly id: number; readonly bytes: Buffer}
  /** The peer sends no more on this stream. */
  | {readonly kind: 'ended'; readonly id: number}
  /** The stream is broken in both directions, and forgotten. */
  | {readonly kind: 'reset'; readonly id: number}
  /** A stream whose `write` took less than everything can take more. */
  | {readonly kind: 'writable'; readonly id: number}
  /** The session is at its end, and every stream with it. */
  | {readonly kind: 'failed'; readonly reason: string};

export interface YamuxSessionOptions {
  /** The dialing side uses odd stream ids, the accepting side even ones. */
  readonly side: 'dialer' | 'acceptor';
  /** Streams the peer may hold open at a time. */
  readonly streamsMax?: number;
}

/**
 * One yamux session without its connection (rpc-raft.md §3): bytes and times go in, events and bytes come out. After any
 * call, `takeOutput` has what must be written to the peer.
 */
export class YamuxSession {
  readonly #streamsMax: number;
  readonly #keepAlive: KeepAlive;
  readonly #streams = new Map<number, StreamState>();
  /** Streams of ours without ACK, and finished ones that wait for the peer's FIN: id to deadline, earliest first. */
  readonly #unacknowledged = new Map<number, number>();
  readonly #halfClosed = new Map<number, number>();
  #output: Buffer[] = [];
  #nextId: number;
  #peerStreams = 0;
  #peerGoesAway = false;
  #goesAway = false;
  #failed = false;
  /** The start of a header that was cut by the end of a chunk. */
  readonly #partialHeader = Buffer.alloc(FRAME_HEADER_BYTES);
  #partialBytes = 0;
  /** The Data frame whose payload is coming in. */
  #payload: FrameHeader | undefined;
  #payloadLeft = 0;

  constructor({side, streamsMax = STREAMS_MAX}: YamuxSessionOptions, nowMs: number) {
    this.#nextId = side === 'dialer' ? 1 : 2;
    this.#streamsMax = streamsMax;
    this.#keepAlive = new KeepAlive(nowMs);
  }

  /** Streams that are open at least in one direction. */
  get streamCount(): number {
    return this.#streams.size;
  }

  /** True when no stream can be opened any more, now or later. */
  get isClosing(): boolean {
    return this.#failed || this.#peerGoesAway || this.#goesAway;
  }

  /** When `tick` wants to be called next. */
  get nextDeadlineMs(): number {
    let atMs = this.#keepAlive.nextDeadlineMs;
    for (const deadlines of [this.#unacknowledged, this.#halfClosed]) {
      const first = deadlines.values().next();
      if (first.done !== true) atMs = Math.min(atMs, first.value);
    }
    return atMs;
  }

  /** The bytes to write to the peer, in order; they are handed out once. */
  takeOutput(): readonly Buffer[] {
    const output = this.#output;
    if (output.length > 0) this.#output = [];
    return output;
  }

  /** Opens a stream. Undefined while the peer has too many to acknowledge, and for ever when the session is closing. */
  open(nowMs: number): number | undefined {
    if (this.isClosing || this.#unacknowledged.size >= UNACKED_STREAMS_MAX) return undefined;
    const id = this.#nextId;
    this.#nextId += 2;
    this.#streams.set(id, new StreamState(id));
    this.#unacknowledged.set(id, nowMs + STREAM_OPEN_TIMEOUT_MS);
    this.#send(frameType.windowUpdate, frameFlag.syn, id, 0);
    return id;
  }

  /** Bytes that a stream may send now; 0 when nothing more may be written to it. */
  windowOf(id: number): number {
    const stream = this.#streams.get(id);
    return stream === undefined || stream.finished ? 0 : stream.sendWindow;
  }

  /** Sends as much of `bytes` as the peer's window allows, and says how much. The bytes must not change afterwards. */
  write(id: number, bytes: Buffer): number {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.finished) throw new Error('stream closed');
    const size = Math.min(bytes.length, stream.sendWindow);
    stream.sendWindow -= size;
    stream.isBlocked = size < bytes.length;
    for (let at = 0; at < size; at += DATA_FRAME_BYTES_MAX) this.#sendData(id, bytes.subarray(at, Math.min(at + DATA_FRAME_BYTES_MAX, size)));
    return size;
  }

  /** Sends FIN: nothing more will be written. */
  finish(id: number, nowMs: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.finished) return;
    stream.finished = true;
    this.#send(frameType.windowUpdate, frameFlag.fin, id, 0);
    if (stream.peerFinished) this.#forget(stream);
    else this.#halfClosed.set(id, nowMs + HALF_CLOSED_TIMEOUT_MS);
  }

  /** Nobody will read this stream any more. It is finished; what the peer still sends is dropped, up to its window. */
  abandon(id: number, nowMs: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.abandoned = true;
    this.finish(id, nowMs);
  }

  /** Breaks a stream in both directions. */
  reset(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#send(frameType.windowUpdate, frameFlag.rst, id, 0);
    this.#forget(stream);
  }

  /** The owner has done with `count` bytes of a stream: the peer may send as many more. */
  consumed(id: number, count: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.consumed += count;
    if (stream.consumed < CREDIT_STEP_BYTES || stream.peerFinished) return;
    this.#send(frameType.windowUpdate, 0, id, stream.consumed);
    stream.receiveWindow += stream.consumed;
    stream.consumed = 0;
  }

  /** Tells the peer to open no more streams, and refuses those it opens; the present ones go on. */
  goAway(): void {
    if (this.isClosing) return;
    this.#goesAway = true;
    this.#send(frameType.goAway, 0, 0, goAwayCode.normal);
  }

  /** Does what time demands: keep-alive, and the ends of streams whose peer does not answer. */
  tick(nowMs: number): readonly YamuxEvent[] {
    const events: YamuxEvent[] = [];
    if (this.#failed) return events;
    const ping = this.#keepAlive.tick(nowMs);
    if (ping === 'dead') return this.#fail('keepalive timeout', events);
    if (ping !== undefined) this.#send(frameType.ping, frameFlag.syn, 0, ping);
    if (this.#due(this.#unacknowledged, nowMs) !== undefined) return this.#fail('stream open timeout', events);
    for (let id = this.#due(this.#halfClosed, nowMs); id !== undefined; id = this.#due(this.#halfClosed, nowMs)) {
      this.reset(id);
      events.push({kind: 'reset', id});
    }
    return events;
  }

  /** Takes bytes from the peer, cut anywhere. After a `failed` event everything further is ignored. */
  receive(chunk: Buffer): readonly YamuxEvent[] {
    const events: YamuxEvent[] = [];
    let at = 0;
    while (at < chunk.length && !this.#failed) {
      at = this.#payload === undefined ? this.#receiveHeader(chunk, at, events) : this.#receivePayload(this.#payload, chunk, at, events);
    }
    return events;
  }

  #receiveHeader(chunk: Buffer, at: number, events: YamuxEvent[]): number {
    if (this.#partialBytes === 0 && chunk.length - at >= FRAME_HEADER_BYTES) {
      this.#begin(readFrameHeader(chunk, at), events);
      return at + FRAME_HEADER_BYTES;
    }
    const took = chunk.copy(this.#partialHeader, this.#partialBytes, at, at + FRAME_HEADER_BYTES - this.#partialBytes);
    this.#partialBytes += took;
    if (this.#partialBytes === FRAME_HEADER_BYTES) {
      this.#partialBytes = 0;
      this.#begin(readFrameHeader(this.#partialHeader, 0), events);
    }
    return at + took;
  }

  #receivePayload(header: FrameHeader, chunk: Buffer, at: number, events: YamuxEvent[]): number {
    const end = Math.min(chunk.length, at + this.#payloadLeft);
    const stream = this.#streams.get(header.streamId);
    this.#payloadLeft -= end - at;
    // A stream may be reset, by us, in the middle of a frame: the rest of it is passed over.
    if (stream !== undefined && !stream.abandoned) events.push({kind: 'data', id: stream.id, bytes: chunk.subarray(at, end)});
    if (this.#payloadLeft === 0) this.#endPayload(header, events);
    return end;
  }

  #endPayload(header: FrameHeader, events: YamuxEvent[]): void {
    this.#payload = undefined;
    const stream = this.#streams.get(header.streamId);
    if (stream !== undefined && (header.flags & frameFlag.fin) !== 0) this.#peerFinished(stream, events);
  }

  #begin(header: FrameHeader, events: YamuxEvent[]): void {
    if (header.version !== 0) return void this.#fail(`invalid protocol version ${header.version}`, events);
    switch (header.type) {
      case frameType.data:
      case frameType.windowUpdate:
        return this.#beginStreamFrame(header, events);
      case frameType.ping:
        if ((header.flags & frameFlag.syn) !== 0) this.#send(frameType.ping, frameFlag.ack, 0, header.length);
        else this.#keepAlive.answered(header.length);
        return;
      case frameType.goAway:
        this.#peerGoesAway = true;
        if (header.length !== goAwayCode.normal) this.#fail(`peer ended the session with code ${header.length}`, events);
        return;
      default:
        this.#fail(`invalid frame type ${header.type}`, events);
    }
  }

  #beginStreamFrame(header: FrameHeader, events: YamuxEvent[]): void {
    const {flags, streamId, type, length} = header;
    if ((flags & frameFlag.syn) !== 0 && !this.#accept(streamId, events)) return;
    const stream = this.#streams.get(streamId);
    if (stream !== undefined && (flags & frameFlag.ack) !== 0 && this.#unacknowledged.delete(streamId)) events.push({kind: 'acknowledged', id: streamId});
    if (stream !== undefined && (flags & frameFlag.rst) !== 0) {
      this.#forget(stream);
      events.push({kind: 'reset', id: streamId});
    }
    if (type === frameType.windowUpdate) return this.#beginWindowUpdate(header, events);
    if (stream !== undefined && this.#streams.has(streamId) && !this.#takeFromWindow(stream, length, events)) return;
    this.#payloadLeft = length;
    if (length > 0) this.#payload = header;
    else this.#endPayload(header, events);
  }

  #beginWindowUpdate({flags, streamId, length}: FrameHeader, events: YamuxEvent[]): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    stream.sendWindow += length;
    if (length > 0 && stream.isBlocked) {
      stream.isBlocked = false;
      events.push({kind: 'writable', id: streamId});
    }
    if ((flags & frameFlag.fin) !== 0) this.#peerFinished(stream, events);
  }

  /** False when the frame's payload may not come: the session or the stream is at its end. */
  #takeFromWindow(stream: StreamState, bytes: number, events: YamuxEvent[]): boolean {
    if (bytes > stream.receiveWindow || (stream.peerFinished && bytes > 0)) {
      this.#protocolError(`receive window exceeded on stream ${stream.id}`, events);
      return false;
    }
    stream.receiveWindow -= bytes;
    // Whoever writes that much to a stream nobody reads is told to stop.
    if (stream.abandoned && stream.receiveWindow === 0) this.reset(stream.id);
    return true;
  }

  #accept(id: number, events: YamuxEvent[]): boolean {
    const isPeersOwn = id !== 0 && id % 2 !== this.#nextId % 2;
    if (!isPeersOwn || this.#streams.has(id)) {
      this.#protocolError(`stream ${id} cannot be opened`, events);
      return false;
    }
    if (this.#goesAway || this.#peerStreams >= this.#streamsMax) {
      this.#send(frameType.windowUpdate, frameFlag.rst, id, 0);
      return true;
    }
    this.#peerStreams++;
    this.#streams.set(id, new StreamState(id));
    this.#send(frameType.windowUpdate, frameFlag.ack, id, 0);
    events.push({kind: 'opened', id});
    return true;
  }

  #peerFinished(stream: StreamState, events: YamuxEvent[]): void {
    if (stream.peerFinished) return;
    stream.peerFinished = true;
    events.push({kind: 'ended', id: stream.id});
    if (stream.finished) this.#forget(stream);
  }

  #forget({id}: StreamState): void {
    if (!this.#streams.delete(id)) return;
    if (id % 2 !== this.#nextId % 2) this.#peerStreams--;
    this.#unacknowledged.delete(id);
    this.#halfClosed.delete(id);
  }

  #due(deadlines: ReadonlyMap<number, number>, nowMs: number): number | undefined {
    const first = deadlines.entries().next();
    return first.done !== true && first.value[1] <= nowMs ? first.value[0] : undefined;
  }

  #protocolError(reason: string, events: YamuxEvent[]): void {
    this.#send(frameType.goAway, 0, 0, goAwayCode.protocolError);
    this.#fail(reason, events);
  }

  #fail(reason: string, events: YamuxEvent[]): readonly YamuxEvent[] {
    this.#failed = true;
    this.#payload = undefined;
    this.#streams.clear();
    this.#unacknowledged.clear();
    this.#halfClosed.clear();
    events.push({kind: 'failed', reason});
    return events;
  }

  #send(type: number, flags: number, id: number, length: number): void {
    this.#output.push(controlFrame(type, flags, id, length));
  }

  #sendData(id: number, payload: Buffer): void {
    const isCopied = payload.length <= COPIED_PAYLOAD_BYTES_MAX;
    const head = Buffer.allocUnsafe(FRAME_HEADER_BYTES + (isCopied ? payload.length : 0));
    writeFrameHeader(head, frameType.data, 0, id, payload.length);
    this.#output.push(head);
    if (isCopied) payload.copy(head, FRAME_HEADER_BYTES);
    else this.#output.push(payload);
  }
}
