import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {ConsulError} from '../consul-error.ts';

/** Where Linux keeps what a machine is called for ever, and until its next start. */
const sources = ['/sys/class/dmi/id/product_uuid', '/etc/machine-id', '/proc/sys/kernel/random/boot_id'];

/** The machine's own id, a UUID in lower case; undefined where it tells none. */
export function hostId(): string | undefined {
  for (const path of sources) {
    const id = idIn(path);
    if (id !== undefined) return id;
  }
  return undefined;
}

function idIn(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim().toLowerCase();
  } catch {
    // Not every machine has every one, and some are for root only.
    return undefined;
  }
  if (/^[0-9a-f]{32}$/.test(text)) text = text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined;
}

/** The node's id with `disable_host_node_id = false`: made of the machine's, so that it survives the loss of data_dir (config.md §6.1). */
export function nodeIdOfHost(id: string | undefined = hostId()): string {
  if (id === undefined) throw new ConsulError('failed to setup node ID: this machine has no id to make one of');
  return createHash('sha512').update(id).digest('hex').slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
