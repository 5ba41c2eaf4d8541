import {type ListenAddress} from '../config/runtime-config.ts';
import {ConsulError} from '../consul-error.ts';
import {joinHostPort} from '../runtime/host-port.ts';
import {systemErrorText} from '../runtime/system-error.ts';
import {removeStaleSocket, setSocketPermissions, type SocketPermissions} from './unix-socket.ts';

/** An address as logs and errors show it. */
export function shownAddress(address: ListenAddress): string {
  return address.network === 'tcp' ? joinHostPort(address.host, address.port) : address.path;
}

/**
 * Listens at a configured address; a Unix socket that was left behind goes, and the new one gets its permissions.
 * @param listen opens the listener; resolves when connections are accepted
 * @throws ConsulError with Go's text for an address that cannot be had
 */
export async function listenAt(
  address: ListenAddress, permissions: SocketPermissions, listen: (where: {host: string; port: number} | {path: string}) => Promise<unknown>,
): Promise<void> {
  const isTcp = address.network === 'tcp';
  try {
    if (!isTcp) removeStaleSocket(address.path);
    await listen(isTcp ? {host: address.host, port: address.port} : {path: address.path});
  } catch (error) {
    throw new ConsulError(`listen ${address.network} ${shownAddress(address)}: bind: ${systemErrorText(error)}`);
  }
  if (!isTcp) setSocketPermissions(address.path, permissions);
}
