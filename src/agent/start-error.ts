import {type HostPort, type RuntimeConfig} from '../config/runtime-config.ts';
import {ConsulError} from '../consul-error.ts';
import {joinHostPort} from '../runtime/host-port.ts';
import {systemErrorText} from '../runtime/system-error.ts';

/** Why an agent did not start, in Consul's words where the machine refused something (cli.md §4.1). */
export function startError(error: unknown, config: RuntimeConfig): unknown {
  const text = addressText(error, config) ?? lockText(error, config);
  return text === undefined ? error : new ConsulError(text);
}

interface ListenFailure extends Error {
  readonly address: string;
  readonly port: number;
  readonly syscall: string;
}

/** An address that could not be listened on: the error of node:net or node:dgram. */
function addressText(error: unknown, {network, server}: RuntimeConfig): string | undefined {
  if (!isListenFailure(error)) return undefined;
  const {address, port, syscall} = error;
  const protocol = syscall === 'bind' ? 'udp' : 'tcp';
  const refused = `listen ${protocol} ${joinHostPort(address, port)}: bind: ${systemErrorText(error)}`;
  const failed = `Failed to start Consul ${server ? 'server' : 'client'}: `;
  const pool = isAt(network.serfLanBind, error) ? 'lan' : network.serfWanBind !== null && isAt(network.serfWanBind, error) ? 'wan' : undefined;
  if (pool !== undefined) {
    const transport = 'Failed to create memberlist: Could not set up network transport: failed to obtain an address: ';
    return `${failed}Failed to start ${pool} serf: ${transport}Failed to start ${protocol.toUpperCase()} listener on "${address}" port ${port}: ${refused}`;
  }
  return isAt(network.rpcBind, error) ? `${failed}Failed to start RPC layer: ${refused}` : refused;
}

function isListenFailure(error: unknown): error is ListenFailure {
  return error instanceof Error && 'address' in error && 'port' in error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'bind');
}

function isAt({host, port}: HostPort, error: ListenFailure): boolean {
  return port === error.port && host === error.address;
}

/** The log is locked while an agent runs. Consul waits for ever here. */
function lockText(error: unknown, {dataDir}: RuntimeConfig): string | undefined {
  const isLocked = error instanceof Error && /\block .*LOCK\b/.test(error.message);
  return isLocked ? `data_dir "${dataDir}" is in use by another agent that is running: ${error.message}` : undefined;
}
