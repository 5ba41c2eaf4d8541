import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ConsulError} from '../consul-error.ts';

/**
 * The id of this node for ever: the configured one, else `<data_dir>/node-id`, else a new one that is written there.
 * A dev agent without a data_dir has a new one at each start.
 * @throws ConsulError when what is configured or stored is no UUID, or the folder cannot be written
 */
export function nodeIdOf(configured: string, dataDir: string): string {
  if (configured !== '') return checked(configured.toLowerCase());
  if (dataDir === '') return randomUUID();
  const file = join(dataDir, 'node-id');
  if (existsSync(file)) return checked(readFileSync(file, 'utf8').trim().toLowerCase());
  const id = randomUUID();
  try {
    mkdirSync(dataDir, {recursive: true, mode: 0o755});
    writeFileSync(file, id, {mode: 0o600});
  } catch (error) {
    throw new ConsulError(`failed to setup node ID: cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return id;
}

function checked(id: string): string {
  if (id.length !== 36) throw new ConsulError('failed to setup node ID: specified NodeID is invalid: uuid string is wrong length');
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new ConsulError('failed to setup node ID: specified NodeID is invalid: uuid is improperly formatted');
  }
  return id;
}
