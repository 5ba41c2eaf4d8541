import {readFileSync} from 'node:fs';
import {portMax, splitHostPort} from '../runtime/host-port.ts';
import {errorCode} from '../runtime/system-error.ts';
import {DialError} from './dial-error.ts';

/** Where to connect. */
export interface HostPort {
  /** A name or an IP literal without brackets; empty means this machine. */
  readonly host: string;
  readonly port: number;
}

/**
 * Splits `host:port` by the rules of Go's net.SplitHostPort, IPv6 in brackets, port a number or a service name.
 * @param network `tcp` or `udp`, for the texts and /etc/services
 * @throws DialError `dial tcp: address h: missing port in address`, …
 */
export function parseHostPort(network: 'tcp' | 'udp', address: string): HostPort {
  const parts = splitHostPort(address);
  if (typeof parts === 'string') throw new DialError(`dial ${network}: address ${address}: ${parts}`);
  return {host: parts.host, port: parsePort(network, parts.port)};
}

function parsePort(network: 'tcp' | 'udp', text: string): number {
  if (text === '') return 0;
  if (/^[+-]?\d+$/.test(text)) {
    const port = Number(text);
    if (port < 0 || port > portMax) throw new DialError(`dial ${network}: address ${text}: invalid port`);
    return port;
  }
  const port = servicePorts().get(`${text.toLowerCase()}/${network}`);
  if (port === undefined) throw new DialError(`dial ${network}: lookup ${network}/${text}: unknown port`);
  return port;
}

const wellKnownPorts = 'domain/tcp 53 domain/udp 53 ftp/tcp 21 ftps/tcp 990 gopher/tcp 70 http/tcp 80 https/tcp 443 imap2/tcp 143 imaps/tcp 993 pop3/tcp 110 pop3s/tcp 995 smtp/tcp 25 submissions/tcp 465 ssh/tcp 22 telnet/tcp 23';
let services: ReadonlyMap<string, number> | undefined;

/** Service names to ports: /etc/services read once, and those that every machine must know. */
function servicePorts(): ReadonlyMap<string, number> {
  if (services !== undefined) return services;
  const found = new Map<string, number>();
  const words = wellKnownPorts.split(' ');
  for (let i = 0; i + 1 < words.length; i += 2) found.set(words[i] ?? '', Number(words[i + 1]));
  for (const line of readServices().split('\n')) {
    const match = /^(\S+)\s+(\d+)\/(tcp|udp)\b([^#]*)/.exec(line);
    if (match === null) continue;
    for (const name of [match[1] ?? '', ...(match[4] ?? '').trim().split(/\s+/)]) {
      if (name !== '') found.set(`${name.toLowerCase()}/${match[3] ?? ''}`, Number(match[2]));
    }
  }
  services = found;
  return found;
}

function readServices(): string {
  try {
    return readFileSync('/etc/services', 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
