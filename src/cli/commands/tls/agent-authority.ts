import {createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate} from 'node:crypto';
import {errorText} from '../../../runtime/thrown.ts';
import {distinguishedName, keyId, signCertificate} from '../../../x509/certificate.ts';
import {certificateFields} from '../../../x509/certificate-fields.ts';
import {
  authorityKeyId, basicConstraints, extendedKeyUsage, keyUsage, nameConstraints, subjectAlternativeNames, subjectKeyId,
} from '../../../x509/extensions.ts';

/** A certificate and its key, both PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

const dayMs = 86_400_000;
const serialBytes = 16;

export interface AuthorityOptions {
  readonly days: number;
  /** '' = Consul's, with the serial number. */
  readonly commonName: string;
  readonly domain: string;
  /** '' = none */
  readonly clusterId: string;
  /** Names it may sign for, with those below them; undefined: all. */
  readonly permittedDnsNames: readonly string[] | undefined;
  readonly now: Date;
}

/** A certificate authority for agents, signed by itself (cli.md §3.11). */
export function createAuthority({days, commonName, domain, clusterId, permittedDnsNames, now}: AuthorityOptions): Issued {
  const {publicKey, privateKey} = newKey();
  const serial = randomBytes(serialBytes);
  const id = keyId(publicKey);
  const name = distinguishedName({
    country: 'US',
    province: 'CA',
    locality: 'San Francisco',
    street: '101 Second Street',
    postalCode: '94105',
    organization: 'HashiCorp Inc.',
    commonName: commonName === '' ? `Consul Agent CA ${BigInt(`0x${serial.toString('hex')}`)}` : commonName,
  });
  const certificate = signCertificate({
    serial,
    subject: name,
    issuer: name,
    notBefore: now,
    notAfter: new Date(now.getTime() + days * dayMs),
    publicKey,
    extensions: [
      keyUsage('digitalSignature', 'certificateSign', 'crlSign'),
      basicConstraints(true),
      subjectKeyId(id),
      authorityKeyId(id),
      ...(clusterId === '' ? [] : [subjectAlternativeNames({uris: [`spiffe://${clusterId}.${domain}`]})]),
      ...(permittedDnsNames === undefined ? [] : [nameConstraints(permittedDnsNames)]),
    ],
  }, privateKey);
  return {certificate, key: pemOf(privateKey)};
}

export interface LeafOptions {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** In their order; none: for anything. */
  readonly usages: readonly ('serverAuth' | 'clientAuth')[];
  readonly days: number;
  readonly now: Date;
}

/** A certificate authority read from files. */
export class Authority {
  readonly #certificate: X509Certificate;
  readonly #key: KeyObject;

  /** @param certificate PEM. @param key PEM. @throws Error in the words of 1.21.4 */
  constructor(certificate: string, key: string) {
    if (!certificate.includes('-----BEGIN ')) throw new Error('failed to parse CA: no PEM-encoded data found');
    if (!key.includes('-----BEGIN ')) throw new Error('no PEM-encoded data found');
    this.#certificate = parsed(() => new X509Certificate(certificate), 'failed to parse CA');
    this.#key = parsed(() => createPrivateKey(key), 'failed to parse the key');
    if (!this.#certificate.checkPrivateKey(this.#key)) throw new Error("failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
  }

  /** Signs a certificate for an agent. @throws Error in Go's words when nobody would accept it */
  issue({commonName, dnsNames, ipAddresses, usages, days, now}: LeafOptions): Issued {
    const {publicKey, privateKey} = newKey();
    const {subject: issuer, subjectKeyId: issuerKeyId, permittedDnsNames} = certificateFields(this.#certificate.raw);
    const notAfter = new Date(now.getTime() + days * dayMs);
    const certificate = signCertificate({
      serial: randomBytes(serialBytes),
      subject: distinguishedName({commonName}),
      issuer,
      notBefore: now,
      notAfter,
      publicKey,
      extensions: [
        keyUsage('digitalSignature', 'keyEncipherment'),
        ...(usages.length === 0 ? [] : [extendedKeyUsage(...usages)]),
        basicConstraints(false),
        subjectKeyId(keyId(publicKey)),
        authorityKeyId(issuerKeyId ?? keyId(this.#certificate.publicKey)),
        subjectAlternativeNames({dnsNames, ipAddresses}),
      ],
    }, this.#key);
    refuseForbidden(dnsNames, permittedDnsNames);
    if (notAfter <= now) throw new Error(`x509: certificate has expired or is not yet valid: current time ${seconds(now)} is after ${seconds(notAfter)}`);
    return {certificate, key: pemOf(privateKey)};
  }
}

function refuseForbidden(names: readonly string[], permitted: readonly string[] | undefined): void {
  if (permitted === undefined) return;
  const forbidden = names.find((name) => !permitted.some((domain) => name === domain || name.endsWith(domain.startsWith('.') ? domain : `.${domain}`)));
  if (forbidden === undefined) return;
  throw new Error(`x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "${forbidden}" is not permitted by any constraint`);
}

function newKey(): {readonly publicKey: KeyObject; readonly privateKey: KeyObject} {
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  return {privateKey, publicKey: createPublicKey(privateKey)};
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({type: 'sec1', format: 'pem'}).toString();
}

function parsed<T>(parse: () => T, what: string): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`${what}: ${errorText(error)}`, {cause: error});
  }
}

function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
