import {mkdir, readFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {replaceFile} from '../runtime/replace-file.ts';
import {decodeGoBase64} from '../schema/go-base64.ts';
import {list, str} from '../schema/types.ts';
import {Keyring} from './wire/keyring.ts';

const Keys = list(str);

/** A keyring file: a JSON array of base64 keys, the first is the primary [gossip.md §14.2]. @throws Error in Go's words */
function parseKeyring(text: string, path: string): Keyring {
  const keys = Keys.fromJson(text, {wholeInput: true}) ?? [];
  if (keys.length === 0) throw new Error(`no keys present in keyring: ${path}`);
  return new Keyring(keys.map((key) => Buffer.from(decodeGoBase64(key), 'latin1')));
}

/** @throws Error */
export async function readKeyringFile(path: string): Promise<Keyring> {
  return parseKeyring(await readFile(path, 'utf8'), path);
}

/** Replaces the file in one step, readable by its owner alone. */
export async function writeKeyringFile(path: string, keyring: Keyring, indent: 0 | 2 = 2): Promise<void> {
  await mkdir(dirname(path), {recursive: true, mode: 0o700});
  await replaceFile(path, JSON.stringify(keyring.toBase64(), null, indent), {mode: 0o600, synced: true});
}
