import {randomUUID} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {type RuntimeConfig} from '../config/runtime-config.ts';
import {ConsulError} from '../consul-error.ts';
import {systemErrorText} from '../runtime/system-error.ts';
import {nodeIdOfHost} from './host-id.ts';

/**
 * The id of this node for ever: the configured one, else `<data_dir>/node-id`, else a new one that is written there.
 * A dev agent without a data_dir has a new one at each start.
 * @throws ConsulError when what is configured or stored is no UUID, or the folder cannot be written
 */
export function nodeIdOf({node, dataDir}: Pick<RuntimeConfig, 'node' | 'dataDir'>): string {
  if (node.id !== '') return checked(node.id.toLowerCase());
  if (dataDir === '') return newId(node);
  const file = join(dataDir, 'node-id');
  if (existsSync(file)) return checked(readFileSync(file, 'utf8').trim().toLowerCase());
  const id = newId(node);
  written(`mkdir ${dataDir}`, () => makeFolder(dataDir));
  written(`open ${file}`, () => writeFileSync(file, id, {mode: 0o600}));
  return id;
}

function newId({disableHostNodeId}: RuntimeConfig['node']): string {
  return disableHostNodeId ? randomUUID() : nodeIdOfHost();
}

/** A folder and those above it. Node's own way never returns where a folder cannot be made in one that exists (as in /proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path, {mode: 0o755});
}

function written(what: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new ConsulError(`failed to setup node ID: ${what}: ${systemErrorText(error)}`);
  }
}

function checked(id: string): string {
  if (id.length !== 36) throw new ConsulError('failed to setup node ID: specified NodeID is invalid: uuid string is wrong length');
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new ConsulError('failed to setup node ID: specified NodeID is invalid: uuid is improperly formatted');
  }
  return id;
}
