import {createPrivateKey, type KeyObject, X509Certificate} from 'node:crypto';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {type SecureVersion} from 'node:tls';
import {type TlsListenerConfig} from '../../config/runtime-config.ts';
import {ConsulError} from '../../consul-error.ts';
import {openErrorText, systemErrorText} from '../../runtime/system-error.ts';
import {type TlsMaterial} from '../../runtime/tls-material.ts';

/** Reads what the files of one section of `tls` hold. @throws ConsulError in Consul's words for files that are missing or hold something else */
export function readTlsFiles(config: TlsListenerConfig): TlsMaterial {
  return {
    ...keyPair(config.certFile, config.keyFile),
    authorities: authorities(config.caFile, config.caPath),
    minVersion: versions[config.minVersion] ?? 'TLSv1.2',
    ...cipherOption(config),
  };
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function authorities(file: string, folder: string): readonly string[] {
  if (file !== '') return authoritiesOf(file);
  if (folder === '') return [];
  const found = filesUnder(folder).flatMap((path) => authoritiesOf(path));
  if (found.length === 0) throw new ConsulError('Error loading from CAPath: no CAs found');
  return found;
}

function authoritiesOf(path: string): readonly string[] {
  const text = read(path, 'Error loading from ' + path + ': ');
  const blocks = text.match(certificateBlock);
  if (blocks === null) throw new ConsulError(`failed to parse PEM ${shortened(text.trim())}`);
  return blocks;
}

/** All files of a folder and of those in it, in order of their names. */
function filesUnder(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort().flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesUnder(path) : [path];
    });
  } catch (error) {
    throw new ConsulError(`lstat ${folder}: ${systemErrorText(error)}`);
  }
}

/** A certificate means something with its key only; one without the other is as none. */
function keyPair(certFile: string, keyFile: string): Pick<TlsMaterial, 'certificate' | 'key'> {
  if (certFile === '' || keyFile === '') return {};
  const failed = 'Failed to load cert/key pair: ';
  const certificate = read(certFile, failed);
  const key = read(keyFile, failed);
  const fault = faultOf(certificate, key);
  if (fault !== undefined) throw new ConsulError(failed + fault);
  return {certificate, key};
}

function faultOf(certificate: string, key: string): string | undefined {
  const [block] = certificate.match(certificateBlock) ?? [];
  if (block === undefined) return missingBlock(certificate, 'certificate', 'CERTIFICATE');
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(key)) {
    return key.includes('-----BEGIN CERTIFICATE-----') ? 'tls: found a certificate rather than a key in the PEM for the private key' : missingBlock(key, 'key', 'PRIVATE KEY');
  }
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(block);
  } catch {
    return 'x509: malformed certificate';
  }
  const privateKey = keyOf(key);
  if (privateKey === undefined) return 'tls: failed to parse private key';
  if (privateKey.asymmetricKeyType !== parsed.publicKey.asymmetricKeyType) return 'tls: private key type does not match public key type';
  return parsed.checkPrivateKey(privateKey) ? undefined : 'tls: private key does not match public key';
}

function missingBlock(text: string, what: 'certificate' | 'key', wanted: string): string {
  const skipped = [...text.matchAll(/-----BEGIN ([A-Z ]+)-----/g)].map(([, type]) => type);
  if (skipped.length === 0) return `tls: failed to find any PEM data in ${what} input`;
  return `tls: failed to find PEM block with type "${wanted}" in ${what} input after skipping PEM blocks of the following types: [${skipped.join(' ')}]`;
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function read(path: string, prefix: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    throw new ConsulError(prefix + openErrorText(error, path));
  }
}

/** A wrong file may be anything, a key too: only its beginning is shown, and nothing of a key. */
function shortened(text: string): string {
  const shown = text.replace(/(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*/, '$1 <hidden>');
  return shown.length > shownBytesMax ? `${shown.slice(0, shownBytesMax)}…` : shown;
}

const shownBytesMax = 200;

/** Undefined: Go's default, which is TLS 1.2. */
const versions: Readonly<Record<string, SecureVersion>> = {TLSv1_0: 'TLSv1', TLSv1_1: 'TLSv1.1', TLSv1_2: 'TLSv1.2', TLSv1_3: 'TLSv1.3'};

/** Go offers these always, where the version may be 1.3; Node offers that version only when they are named. */
const version13Ciphers = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

function cipherOption({minVersion, cipherSuites}: TlsListenerConfig): {readonly ciphers?: string} {
  const isOld = minVersion === 'TLSv1_0' || minVersion === 'TLSv1_1';
  if (cipherSuites.length === 0) return isOld ? {ciphers: 'DEFAULT@SECLEVEL=0'} : {};
  return {ciphers: [...version13Ciphers, ...cipherSuites.map(opensslCipher)].join(':') + (isOld ? ':@SECLEVEL=0' : '')};
}

/** TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 → ECDHE-RSA-AES128-GCM-SHA256 */
function opensslCipher(name: string): string {
  return name
    .replace(/^TLS_/, '')
    .replace('_WITH_', '_')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20_POLY1305')
    .replace(/AES_(\d+)_CBC/, 'AES$1')
    .replace(/AES_(\d+)_/, 'AES$1_')
    .replaceAll('_', '-');
}
