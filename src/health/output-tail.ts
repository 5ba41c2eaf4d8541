/**
 * Keeps the last bytes of a stream and counts them all (agent-checks.md §4.1): a check that writes gigabytes
 * costs its limit in memory.
 */
export class OutputTail {
  readonly #ring: Buffer;
  #at = 0;
  #total = 0;

  /** @param bytesMax how many of the last bytes are kept, at least 1 */
  constructor(bytesMax: number) {
    this.#ring = Buffer.allocUnsafe(Math.max(1, bytesMax));
  }

  /** Bytes written so far, kept or not. */
  get totalBytes(): number {
    return this.#total;
  }

  write(chunk: Uint8Array): void {
    this.#total += chunk.length;
    const size = this.#ring.length;
    const kept = chunk.length > size ? chunk.subarray(chunk.length - size) : chunk;
    const untilEnd = Math.min(kept.length, size - this.#at);
    this.#ring.set(kept.subarray(0, untilEnd), this.#at);
    this.#ring.set(kept.subarray(untilEnd), 0);
    this.#at = (this.#at + kept.length) % size;
  }

  /** The kept bytes as text; broken UTF-8 becomes U+FFFD. */
  tail(): string {
    const size = this.#ring.length;
    if (this.#total <= size) return this.#ring.toString('utf8', 0, this.#total);
    return Buffer.concat([this.#ring.subarray(this.#at), this.#ring.subarray(0, this.#at)]).toString('utf8');
  }

  /** The kept bytes, with Consul's note in front when there were more. */
  report(): string {
    const size = this.#ring.length;
    return this.#total > size ? `Captured ${size} of ${this.#total} bytes\n...\n${this.tail()}` : this.tail();
  }
}
