import {createCipheriv, createDecipheriv} from 'node:crypto';
import {encryptedBytesMin} from '../limits.ts';
import {GossipDecodeError} from './gossip-decode-error.ts';

export const keySizes: readonly number[] = [16, 24, 32];
const nonceBytes = 12;
const tagBytes = 16;

type GcmName = 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';

function algorithm(key: Uint8Array): GcmName {
  return `aes-${key.length * 8}-gcm` as GcmName;
}

/** AES-GCM in memberlist's layout: version, nonce, ciphertext, tag; version 1 has no padding [gossip.md §3.7]. */
export function seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, aad: Uint8Array): Buffer {
  const cipher = createCipheriv(algorithm(key), key, nonce);
  cipher.setAAD(aad);
  return Buffer.concat([Uint8Array.of(1), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what any of the keys sealed, version 0 (padded) or 1.
 * @throws GossipDecodeError
 */
export function unseal(keys: readonly Uint8Array[], sealed: Uint8Array, aad: Uint8Array): Buffer {
  const version = sealed[0];
  if (version === undefined) throw new GossipDecodeError('Cannot decrypt empty payload');
  if (version > 1) throw new GossipDecodeError(`Unsupported encryption version ${version}`);
  if (sealed.length < (version === 1 ? encryptedBytesMin.v1 : encryptedBytesMin.v0)) {
    throw new GossipDecodeError(`Payload is too small to decrypt: ${sealed.length}`);
  }
  for (const key of keys) {
    const plain = tryUnseal(key, sealed, aad);
    if (plain !== null) return version === 0 ? unpad(plain) : plain;
  }
  throw new GossipDecodeError('No installed keys could decrypt the message');
}

function tryUnseal(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Buffer | null {
  const decipher = createDecipheriv(algorithm(key), key, sealed.subarray(1, 1 + nonceBytes));
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const start = decipher.update(sealed.subarray(1 + nonceBytes, sealed.length - tagBytes));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch (error) {
    // A tag that does not fit is how a wrong key shows; the next key is tried.
    if (error instanceof Error) return null;
    throw error;
  }
}

function unpad(plain: Buffer): Buffer {
  const padding = plain[plain.length - 1] ?? 0;
  if (padding === 0 || padding > 16 || padding > plain.length) throw new GossipDecodeError('invalid padding');
  return plain.subarray(0, plain.length - padding);
}
