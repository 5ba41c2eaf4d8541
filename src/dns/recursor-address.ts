import {isIP} from 'node:net';
import {portMax} from '../runtime/host-port.ts';

/** Where a recursor listens. */
export interface RecursorAddress {
  readonly host: string;
  readonly port: number;
}

const dnsPort = 53;

/** Reads `ip`, `ip:port`, `[ipv6]:port` or a bare IPv6. @throws Error `Invalid recursor address: …` */
export function parseRecursorAddress(text: string): RecursorAddress {
  if (isIP(text) !== 0) return {host: text, port: dnsPort};
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const host = parts?.[1] ?? parts?.[2] ?? '';
  const port = Number(parts?.[3] ?? dnsPort);
  if (isIP(host) === 0 || port === 0 || port > portMax) throw new Error(`Invalid recursor address: ${text}`);
  return {host, port};
}
