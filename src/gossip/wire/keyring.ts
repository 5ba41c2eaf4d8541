import {keySizes} from './packet-cipher.ts';

/** The keys of a pool in memory: all decrypt, the first encrypts [gossip.md §12.4, §14.2]. */
export class Keyring {
  #keys: Buffer[] = [];

  /** @param keys the first is the primary @throws Error for a key of a wrong size */
  constructor(keys: readonly Uint8Array[]) {
    for (const key of keys) this.install(key);
  }

  get keys(): readonly Buffer[] {
    return this.#keys;
  }

  get primary(): Buffer | undefined {
    return this.#keys[0];
  }

  /** The keys as base64, primary first. */
  toBase64(): string[] {
    return this.#keys.map((key) => key.toString('base64'));
  }

  /** Installing a present key changes nothing. */
  install(key: Uint8Array): void {
    if (!keySizes.includes(key.length)) throw new Error('key size must be 16, 24 or 32 bytes');
    if (this.#indexOf(key) < 0) this.#keys.push(Buffer.from(key));
  }

  /** Makes an installed key the primary. */
  use(key: Uint8Array): void {
    const at = this.#indexOf(key);
    const [found] = at < 0 ? [] : this.#keys.splice(at, 1);
    if (found === undefined) throw new Error('Requested key is not in the keyring');
    this.#keys.unshift(found);
  }

  /** Removing an absent key changes nothing. */
  remove(key: Uint8Array): void {
    const at = this.#indexOf(key);
    if (at === 0) throw new Error('Removing the primary key is not allowed');
    if (at > 0) this.#keys.splice(at, 1);
  }

  #indexOf(key: Uint8Array): number {
    return this.#keys.findIndex((own) => own.equals(key));
  }
}
