import {Duplex} from 'node:stream';

/** What a stream asks of its connection. */
export interface YamuxStreamOwner {
  /** Takes all of the bytes now, or none of them. */
  tryWrite(id: number, bytes: Buffer): boolean;
  /** Takes the bytes, now or as the peer's window opens, then calls `done`. */
  write(id: number, bytes: Buffer, done: (error?: Error) => void): void;
  finish(id: number): void;
  consumed(id: number, count: number): void;
  /** The stream is closed; `isBroken` when it did not end well. */
  closed(id: number, isBroken: boolean): void;
}

/** One stream of a yamux session, as Node knows streams. Destroying it without an error abandons it politely, with FIN. */
export class YamuxStream extends Duplex {
  readonly id: number;
  readonly #owner: YamuxStreamOwner;
  /** Bytes pushed while nobody read: their credit goes back when somebody does. */
  #uncredited = 0;

  constructor(id: number, owner: YamuxStreamOwner) {
    super({allowHalfOpen: true});
    this.id = id;
    this.#owner = owner;
  }

  /** Sends bytes, past the machinery of a Node stream when nothing is before them. @returns false when the writer should wait for `drain` */
  send(bytes: Buffer): boolean {
    const isFree = this.writableLength === 0 && !this.writableEnded && !this.destroyed;
    return (isFree && this.#owner.tryWrite(this.id, bytes)) || this.write(bytes);
  }

  /** Bytes from the peer. */
  deliver(bytes: Buffer): void {
    if (this.push(bytes)) this.#owner.consumed(this.id, bytes.length);
    else this.#uncredited += bytes.length;
  }

  /** The peer sends no more. */
  deliverEnd(): void {
    this.push(null);
  }

  override _read(): void {
    const count = this.#uncredited;
    if (count === 0) return;
    this.#uncredited = 0;
    this.#owner.consumed(this.id, count);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#owner.write(this.id, chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#owner.finish(this.id);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#owner.closed(this.id, error !== null);
    done(error);
  }
}
