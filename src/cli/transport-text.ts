import {isIP} from 'node:net';
import {joinHostPort} from '../runtime/host-port.ts';
import {systemErrorText} from '../runtime/system-error.ts';

/** Where a request was sent: to a Unix socket, or to a host and port. */
export interface Destination {
  /** Undefined: not to a socket. */
  readonly socketPath: string | undefined;
  readonly host: string;
  readonly port: number;
}

/** Go's words for a request that got no answer. */
export function transportText(error: NodeJS.ErrnoException, {socketPath, host, port}: Destination): string {
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return `dial tcp: lookup ${host}: no such host`;
  // A name may have had several addresses: the first failure speaks for all.
  const cause = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error;
  const reached = (cause as {readonly address?: string}).address ?? host;
  const where = socketPath === undefined ? `tcp ${joinHostPort(reached, port)}` : `unix ${socketPath}`;
  if (/wrong version number|packet length too long/.test(cause.message)) return 'http: server gave HTTP response to HTTPS client';
  const untrusted = certificateText(cause, host);
  if (untrusted !== undefined) return untrusted;
  if (cause.syscall === 'connect') return `dial ${where}: connect: ${systemErrorText(cause)}`;
  if (cause.code === 'ECONNRESET') return cause.message === 'socket hang up' ? 'EOF' : `read ${where}: read: connection reset by peer`;
  return cause.message;
}

/** Go's words for a certificate that does not do, ours or the agent's; undefined for other errors. */
function certificateText(error: NodeJS.ErrnoException, host: string): string | undefined {
  const unverified = 'tls: failed to verify certificate: x509: ';
  switch (error.code) {
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'CERT_SIGNATURE_FAILURE':
      return `${unverified}certificate signed by unknown authority`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${unverified}certificate has expired or is not yet valid`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return unverified + wrongNameText((error as {readonly cert?: {readonly subjectaltname?: string}}).cert?.subjectaltname ?? '', (error as {readonly host?: string}).host ?? host);
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
      return 'remote error: tls: certificate required';
    case 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE':
    case 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE':
      return 'remote error: tls: bad certificate';
    case 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA':
      return 'remote error: tls: unknown certificate authority';
    default:
      return undefined;
  }
}

function wrongNameText(alternatives: string, name: string): string {
  const named = (prefix: string): readonly string[] => alternatives.split(', ').filter((text) => text.startsWith(prefix)).map((text) => text.slice(prefix.length));
  if (isIP(name) === 0) return `certificate is valid for ${named('DNS:').join(', ')}, not ${name}`;
  const addresses = named('IP Address:');
  return addresses.length === 0 ? `cannot validate certificate for ${name} because it doesn't contain any IP SANs` : `certificate is valid for ${addresses.join(', ')}, not ${name}`;
}
