/** The highest port of TCP and UDP. */
export const portMax = 65_535;

/** `1.2.3.4:80` or `[::1]:80`. */
export function joinHostPort(host: string, port: number | string): string {
  return `${bracketed(host)}:${port}`;
}

/** A host as it stands before a port: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Splits `host:port` by the rules of Go's net.SplitHostPort, IPv6 in brackets; the port may be anything.
 * @returns a text where it cannot be split: what is wrong with the address, in Go's words
 */
export function splitHostPort(address: string): {readonly host: string; readonly port: string} | string {
  const colon = address.lastIndexOf(':');
  if (colon < 0) return 'missing port in address';
  let host: string;
  if (address.startsWith('[')) {
    const close = address.indexOf(']');
    if (close < 0) return `missing ']' in address`;
    if (close + 1 === address.length) return 'missing port in address';
    if (close + 1 !== colon) return address[close + 1] === ':' ? 'too many colons in address' : 'missing port in address';
    host = address.slice(1, close);
  } else {
    host = address.slice(0, colon);
    if (host.includes(':')) return 'too many colons in address';
    if (host.includes(']')) return `unexpected ']' in address`;
  }
  return host.includes('[') ? `unexpected '[' in address` : {host, port: address.slice(colon + 1)};
}
