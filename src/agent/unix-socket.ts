import {chmodSync, chownSync, lstatSync, readFileSync, rmSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {ConsulError} from '../consul-error.ts';
import {errorCode} from '../runtime/system-error.ts';
import {errorText} from '../runtime/thrown.ts';

/** `unix_sockets`: '' leaves what the socket was made with. */
export interface SocketPermissions {
  /** Name or number. */
  readonly user: string;
  /** Number. */
  readonly group: string;
  /** Octal, as `0770`. */
  readonly mode: string;
}

/**
 * Removes a socket that an agent left behind; anything else at that path stays, and listening there fails.
 * @throws Error of the file system: for a folder that is missing listen() itself would speak of permissions
 */
export function removeStaleSocket(path: string): void {
  statSync(dirname(path));
  try {
    if (lstatSync(path).isSocket()) rmSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Gives a socket to whom the configuration says (config.md §5.1). @throws ConsulError in Consul's words */
export function setSocketPermissions(path: string, {user, group, mode}: SocketPermissions): void {
  const failed = (why: string): ConsulError => new ConsulError(`Failed setting up socket: ${why}`);
  const keep = -1;
  const userId = user === '' ? keep : /^\d+$/.test(user) ? Number(user) : idOf(user);
  if (userId === undefined) throw failed(`failed to look up user ${user}: user: unknown user ${user}`);
  if (group !== '' && !/^\d+$/.test(group)) throw failed(`invalid group specified: ${group}`);
  if (mode !== '' && !/^[0-7]+$/.test(mode)) throw failed(`invalid mode specified: ${mode}`);
  try {
    if (user !== '' || group !== '') chownSync(path, userId, group === '' ? keep : Number(group));
    if (mode !== '') chmodSync(path, Number.parseInt(mode, 8));
  } catch (error) {
    throw failed(errorText(error));
  }
}

/** Node has no way to ask for another user's id. */
function idOf(user: string): number | undefined {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith(`${user}:`));
  return line === undefined ? undefined : Number(line.split(':')[2]);
}
