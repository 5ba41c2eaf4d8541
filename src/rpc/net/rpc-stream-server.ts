import {type Duplex} from 'node:stream';
import {ConsulError} from '../../consul-error.ts';
import {type Logger} from '../../runtime/logger.ts';
import {MsgpackError} from '../../wire/msgpack-error.ts';
import {MsgpackFramer} from '../../wire/msgpack-framer.ts';
import {READ_AHEAD_BYTES_MAX, REQUEST_BYTES_MAX} from './limits.ts';
import {canceledText, RpcRejectedError} from './rpc-error.ts';
import {EMPTY_BODY, RequestHeader, responseBytes, ResponseHeader} from './rpc-messages.ts';
import {type RpcService} from './rpc-service.ts';
import {YamuxStream} from './yamux-stream.ts';

export interface RpcStreamServerOptions {
  readonly stream: Duplex;
  readonly service: RpcService;
  /** Address of the caller. */
  readonly from: string;
  readonly logger: Logger;
  /** A longer request ends the stream. */
  readonly requestBytesMax?: number;
  /** Called once, when the stream is closed. */
  readonly onClose: (server: RpcStreamServer) => void;
}

/** Answers the requests of one msgpack-rpc stream, one after the other (rpc-raft.md §5). */
export class RpcStreamServer {
  readonly #options: RpcStreamServerOptions;
  readonly #framer: MsgpackFramer;
  readonly #gone = new AbortController();
  #header: RequestHeader | undefined;
  #isBusy = false;
  #isDraining = false;
  #peerEnded = false;
  /** Nothing more is answered, whatever still comes. */
  #isEnding = false;

  constructor(options: RpcStreamServerOptions) {
    const {stream, requestBytesMax = REQUEST_BYTES_MAX, onClose} = options;
    this.#options = options;
    this.#framer = new MsgpackFramer(requestBytesMax);
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('end', () => this.#ended());
    stream.on('error', (error: Error) => options.logger.trace('rpc stream broke', {from: options.from, error: error.message}));
    stream.on('close', () => {
      this.#gone.abort();
      onClose(this);
    });
  }

  /** True while a request is being answered. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /**
   * Takes no further request; the stream ends when the present one is answered. A blocking query is not waited for: its
   * stream just ends, which tells the caller to ask another server.
   */
  drain(): void {
    this.#isDraining = true;
    this.#gone.abort();
    if (!this.#isBusy) this.#end();
  }

  destroy(): void {
    this.#options.stream.destroy();
  }

  #end(): void {
    this.#isEnding = true;
    this.#options.stream.end();
    // What still comes is read and dropped, so that the end of the other side is seen.
    this.#options.stream.resume();
  }

  #receive(chunk: Buffer): void {
    if (this.#isEnding) return;
    this.#framer.push(chunk);
    if (!this.#isBusy) this.#next();
    else if (this.#framer.pendingBytes > READ_AHEAD_BYTES_MAX) this.#options.stream.pause();
  }

  /** The caller sends no more: it has given up what it waits for. */
  #ended(): void {
    this.#peerEnded = true;
    this.#gone.abort();
    if (!this.#isBusy) this.#end();
  }

  #next(): void {
    try {
      for (let value = this.#framer.next(); value !== null; value = this.#framer.next()) {
        if (this.#header === undefined) {
          this.#header = RequestHeader.fromMsgpack(value);
          continue;
        }
        const header = this.#header;
        this.#header = undefined;
        this.#isBusy = true;
        void this.#serve(header, value);
        return;
      }
    } catch (error) {
      if (!(error instanceof MsgpackError)) throw error;
      this.#options.logger.warn('rpc request cannot be read', {from: this.#options.from, error: error.message});
      this.#options.stream.destroy();
    }
  }

  async #serve(header: RequestHeader, body: Buffer): Promise<void> {
    const {stream} = this.#options;
    const {bytes, rest, endsStream} = await this.#answer(header, body);
    if (bytes === undefined) {
      this.#isBusy = false;
      stream.destroy();
      return;
    }
    const hasRoom = rest === undefined ? send(stream, bytes) : await this.#sendParts(bytes, rest);
    this.#isBusy = false;
    if (stream.destroyed) return;
    if (endsStream || this.#isDraining || this.#peerEnded) this.#end();
    else if (hasRoom) this.#goOn();
    else stream.once('drain', () => this.#goOn());
  }

  /** Sends a long answer as its parts are made, waiting for the peer to take them. @returns whether there is room for more */
  async #sendParts(head: Buffer, parts: AsyncIterable<Buffer>): Promise<boolean> {
    const {stream} = this.#options;
    stream.write(head);
    for await (const part of parts) {
      // Asked now, not when the part before was written: room may have come while this one was made.
      if (stream.writableNeedDrain && !stream.destroyed) await drained(stream);
      if (stream.destroyed) return false;
      stream.write(part);
    }
    return !stream.writableNeedDrain;
  }

  #goOn(): void {
    const {stream} = this.#options;
    if (stream.isPaused()) stream.resume();
    if (!this.#isBusy) this.#next();
  }

  /** The answer to one request. Never rejects: whatever goes wrong is an answer too. */
  async #answer({Seq, ServiceMethod}: RequestHeader, body: Buffer): Promise<Encoded> {
    const {service, from, logger} = this.#options;
    try {
      const answer = await service.answer({method: ServiceMethod, body, from, signal: this.#gone.signal});
      const header = {Error: '', Seq, ServiceMethod};
      if (Buffer.isBuffer(answer)) return {bytes: responseBytes(header, answer), endsStream: false};
      return {bytes: ResponseHeader.toMsgpack(header), rest: answer, endsStream: false};
    } catch (error) {
      const isRejected = error instanceof RpcRejectedError;
      const text = error instanceof Error ? error.message : String(error);
      if (this.#gone.signal.aborted && text === canceledText) return {bytes: undefined, endsStream: true};
      if (!isRejected && !(error instanceof ConsulError)) logger.error('rpc handler failed', {method: ServiceMethod, from, error: text});
      // An empty text would read as success.
      return {bytes: responseBytes({Error: text || 'unknown error', Seq, ServiceMethod}, EMPTY_BODY), endsStream: isRejected};
    }
  }
}

interface Encoded {
  /** What goes out first; undefined: the stream just ends. */
  readonly bytes: Buffer | undefined;
  readonly rest?: AsyncIterable<Buffer>;
  readonly endsStream: boolean;
}

function send(stream: Duplex, bytes: Buffer): boolean {
  return stream instanceof YamuxStream ? stream.send(bytes) : stream.write(bytes);
}

/** Resolves when the stream takes more, or is closed. */
function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
