/** `1.2.3.4:80` or `[::1]:80`. */
export function joinHostPort(host: string, port: number | string): string {
  return `${bracketed(host)}:${port}`;
}

/** A host as it stands before a port: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
