import {type Socket, isIP} from 'node:net';
import {checkServerIdentity, connect as tlsConnect, createSecureContext, getCACertificates, type PeerCertificate, type SecureContext, type TLSSocket} from 'node:tls';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {errorCode, systemErrorText} from '../runtime/system-error.ts';
import {DialError} from './dial-error.ts';

/** How a check speaks TLS. */
export interface CheckTls {
  /** Name sent and verified; empty: the host of the target. */
  readonly serverName: string;
  readonly skipVerify: boolean;
  /** Trusted roots and, with `enable_agent_tls_for_checks`, the agent's own certificate. */
  readonly context: SecureContext;
}

let systemContext: SecureContext | undefined;

/** The machine's own roots, as Go takes them; made once (it parses some 150 certificates). */
export function systemRootsContext(): SecureContext {
  if (systemContext === undefined) {
    const system = getCACertificates('system');
    systemContext = createSecureContext({ca: system.length > 0 ? system : getCACertificates('default'), minVersion: 'TLSv1.2'});
  }
  return systemContext;
}

/**
 * Does a TLS handshake over a connected socket, then verifies as Go does: dates, then name, then chain.
 * @param host the target's host, verified where `serverName` is empty
 * @param deadlineMs on the clock's nowMs(); past it the error is `context deadline exceeded`
 * @throws DialError with the text of crypto/tls; the socket is closed then
 */
export async function tlsHandshake(socket: Socket, host: string, tls: CheckTls, alpn: readonly string[], deadlineMs: number, clock: Clock, signal: AbortSignal): Promise<TLSSocket> {
  const name = tls.serverName === '' ? host : tls.serverName;
  const secure = tlsConnect({
    socket,
    secureContext: tls.context,
    rejectUnauthorized: false, // verified below, in Go's order and with its texts
    ...(isIP(name) === 0 && name !== '' ? {servername: name} : {}),
    ...(alpn.length === 0 ? {} : {ALPNProtocols: [...alpn]}),
  });
  try {
    await handshakeEnd(secure, deadlineMs, clock, signal);
    if (!tls.skipVerify) verifyPeer(secure, name, clock);
    return secure;
  } catch (error) {
    secure.on('error', () => undefined); // a late error of a socket nobody holds
    secure.destroy();
    throw error;
  }
}

function handshakeEnd(secure: TLSSocket, deadlineMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const settle = (error?: Error): void => {
      timer?.cancel();
      signal.removeEventListener('abort', onAbort);
      secure.off('secureConnect', onSecure).off('error', onError).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onSecure = (): void => settle();
    const onError = (error: Error): void => settle(new DialError(tlsErrorText(error)));
    const onClose = (): void => settle(new DialError('EOF'));
    const onAbort = (): void => settle(signal.reason instanceof Error ? signal.reason : new DialError('operation was canceled'));
    timer = clock.setTimer(deadlineMs - clock.nowMs(), () => settle(new DialError('context deadline exceeded')));
    signal.addEventListener('abort', onAbort, {once: true});
    secure.once('secureConnect', onSecure).once('error', onError).once('close', onClose);
  });
}

const alertTexts: ReadonlyArray<readonly [RegExp, string]> = [
  [/no.application.protocol/i, 'remote error: tls: no application protocol'],
  [/alert handshake failure/i, 'remote error: tls: handshake failure'],
  [/alert protocol version/i, 'remote error: tls: protocol version not supported'],
  [/alert bad certificate/i, 'remote error: tls: bad certificate'],
  [/certificate required/i, 'remote error: tls: certificate required'],
  [/alert unknown ca/i, 'remote error: tls: unknown certificate authority'],
  [/alert internal error/i, 'remote error: tls: internal error'],
  [/unrecognized name/i, 'remote error: tls: unrecognized name'],
];

/** Go's words for what OpenSSL says of a handshake. */
function tlsErrorText(error: Error): string {
  const code = errorCode(error);
  if (code === 'ECONNRESET') return error.message.includes('before secure TLS') ? 'EOF' : systemErrorText(error);
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|UNKNOWN_PROTOCOL|HTTP_REQUEST|INVALID_RECORD/.test(code)) return notTlsText;
  return alertTexts.find(([pattern]) => pattern.test(error.message))?.[1] ?? systemErrorText(error);
}

/** What a check of a plain-text port says. */
const notTlsText = 'tls: first record does not look like a TLS handshake';

function verifyPeer(secure: TLSSocket, name: string, clock: Clock): void {
  const fail = (why: string): DialError => new DialError(`tls: failed to verify certificate: x509: ${why}`);
  const certificate = secure.getPeerCertificate();
  const now = new Date(clock.wallMs());
  if (now < new Date(certificate.valid_from)) throw fail(`certificate has expired or is not yet valid: current time ${isoSeconds(now)} is before ${isoSeconds(new Date(certificate.valid_from))}`);
  if (now > new Date(certificate.valid_to)) throw fail(`certificate has expired or is not yet valid: current time ${isoSeconds(now)} is after ${isoSeconds(new Date(certificate.valid_to))}`);
  if (checkServerIdentity(name, certificate) !== undefined) throw fail(wrongNameText(name, certificate));
  if (secure.authorized) return;
  const reason = String(secure.authorizationError);
  throw fail(reason.includes('EXPIRED') ? 'certificate has expired or is not yet valid' : 'certificate signed by unknown authority');
}

function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function wrongNameText(name: string, certificate: PeerCertificate): string {
  const alternatives = (certificate.subjectaltname ?? '').split(', ');
  const names = alternatives.flatMap((a) => (a.startsWith('DNS:') ? [a.slice(4)] : []));
  const ips = alternatives.flatMap((a) => (a.startsWith('IP Address:') ? [a.slice(11)] : []));
  if (isIP(name) !== 0) {
    if (ips.length === 0) return `cannot validate certificate for ${name} because it doesn't contain any IP SANs`;
    return `certificate is valid for ${ips.join(', ')}, not ${name}`;
  }
  if (names.length > 0) return `certificate is valid for ${names.join(', ')}, not ${name}`;
  if (ips.length === 0 && certificate.subject?.CN !== undefined) return 'certificate relies on legacy Common Name field, use SANs instead';
  return `certificate is not valid for any names, but wanted to match ${name}`;
}
