import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {ConsulError} from '../../consul-error.ts';
import {readKeyringFile, writeKeyringFile} from '../../gossip/keyring-file.ts';
import {Keyring} from '../../gossip/wire/keyring.ts';
import {type Logger} from '../../runtime/logger.ts';
import {errorText} from '../../runtime/thrown.ts';

/** The keys of a pool, and where changed ones are kept. */
export interface PoolKeyring {
  readonly keyring: Keyring | null;
  readonly keyringPath?: string;
}

/**
 * The keyring file of the data_dir if there is one; else one that is made of `encrypt`; else the pool is not encrypted
 * (gossip.md §14.2). Without a data_dir, or with `disable_keyring_file`, keys live in memory.
 * @throws ConsulError for a key or file that is none
 */
export async function poolKeyring({gossip, dataDir, devMode}: RuntimeConfig, file: 'local.keyring' | 'remote.keyring', logger: Logger): Promise<PoolKeyring> {
  const {encryptKey, disableKeyringFile} = gossip;
  const given = encryptKey === '' ? null : keyOf(encryptKey);
  if (dataDir === '' || devMode || disableKeyringFile) return {keyring: given === null ? null : new Keyring([given])};
  const path = join(dataDir, 'serf', file);
  if (existsSync(path)) {
    const keyring = await readKeys(path);
    if (given !== null && !keyring.toBase64().includes(encryptKey)) {
      logger.warn("keyring doesn't include key provided with -encrypt, using keyring", {keyring: file});
    }
    return {keyring, keyringPath: path};
  }
  if (given === null) return {keyring: null};
  const keyring = new Keyring([given]);
  await writeKeyringFile(path, keyring, 0);
  return {keyring, keyringPath: path};
}

async function readKeys(path: string): Promise<Keyring> {
  try {
    return await readKeyringFile(path);
  } catch (error) {
    throw notConfigured(errorText(error));
  }
}

function keyOf(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (![16, 24, 32].includes(key.length)) throw notConfigured('Invalid key: key size must be 16, 24 or 32 bytes');
  return key;
}

function notConfigured(why: string): ConsulError {
  return new ConsulError(`Failed to configure keyring: ${why}`);
}
