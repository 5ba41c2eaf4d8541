import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {Keyring} from './wire/keyring.ts';

/** A keyring file: a JSON array of base64 keys, the first is the primary [gossip.md §14.2]. @throws Error naming what is wrong */
export function parseKeyring(text: string, path: string): Keyring {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error(`Invalid keyring: ${path} holds no list of keys`);
  if (value.length === 0) throw new Error(`no keys present in keyring: ${path}`);
  return new Keyring(value.map(keyBytes));
}

function keyBytes(key: unknown): Buffer {
  const bytes = Buffer.from(typeof key === 'string' ? key : '', 'base64');
  if (![16, 24, 32].includes(bytes.length)) throw new Error('Invalid key: key size must be 16, 24 or 32 bytes');
  return bytes;
}

/** @throws Error */
export async function readKeyringFile(path: string): Promise<Keyring> {
  return parseKeyring(await readFile(path, 'utf8'), path);
}

/** Replaces the file in one step, readable by its owner alone. */
export async function writeKeyringFile(path: string, keyring: Keyring, indent: 0 | 2 = 2): Promise<void> {
  await mkdir(dirname(path), {recursive: true, mode: 0o700});
  await writeFile(`${path}.tmp`, JSON.stringify(keyring.toBase64(), null, indent), {mode: 0o600, flush: true});
  await rename(`${path}.tmp`, path);
}
