/** Cuts a TCP stream into messages: each stands behind its length in two bytes (RFC 1035 §4.2.2). */
export class TcpFrames {
  #pending: Buffer = Buffer.alloc(0);

  /** Bytes that no whole message has been made of yet. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
  }

  /** The next whole message, or null until more bytes come. */
  next(): Buffer | null {
    if (this.#pending.length < 2) return null;
    const end = 2 + this.#pending.readUInt16BE(0);
    if (this.#pending.length < end) return null;
    const message = this.#pending.subarray(2, end);
    this.#pending = this.#pending.subarray(end);
    return message;
  }
}
