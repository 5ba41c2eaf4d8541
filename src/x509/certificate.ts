import {createHash, type KeyObject, sign} from 'node:crypto';
import {derBits, derContext, derInteger, derOid, derSequence, derSet, derText, derTime} from './der-writer.ts';
import {type Extension} from './extensions.ts';

export interface CertificateRequest {
  /** Not negative, big-endian. */
  readonly serial: Uint8Array;
  /** DER of the names; `distinguishedName` makes them. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

const attributes = {
  country: '2.5.4.6',
  province: '2.5.4.8',
  locality: '2.5.4.7',
  street: '2.5.4.9',
  postalCode: '2.5.4.17',
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
} as const;

export type NameAttribute = keyof typeof attributes;

/** A name in DER, its parts in the order in which they are given. */
export function distinguishedName(parts: Readonly<Partial<Record<NameAttribute, string>>>): Buffer {
  const named = Object.entries(parts) as [NameAttribute, string][];
  return derSequence(...named.map(([attribute, text]) => derSet(derSequence(derOid(attributes[attribute]), derText(text)))));
}

/** What names a key in certificates: the SHA-256 of its SubjectPublicKeyInfo, as Consul takes it. */
export function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha256').update(spki(publicKey)).digest();
}

/**
 * Signs an X.509 v3 certificate (RFC 5280 §4.1) with SHA-256.
 * @returns PEM
 * @throws Error for a signer's key that is neither elliptic nor RSA
 */
export function signCertificate(request: CertificateRequest, signer: KeyObject): string {
  const algorithm = signatureAlgorithm(signer);
  const {serial, subject, issuer, notBefore, notAfter, publicKey, extensions} = request;
  const version3 = derContext(0, derInteger(Buffer.of(2)), true);
  const tbs = derSequence(
    version3,
    derInteger(serial),
    algorithm,
    issuer,
    derSequence(derTime(notBefore), derTime(notAfter)),
    subject,
    spki(publicKey),
    derContext(3, derSequence(...extensions), true),
  );
  const der = derSequence(tbs, algorithm, derBits(sign('sha256', tbs, signer)));
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({type: 'spki', format: 'der'});
}

function signatureAlgorithm({asymmetricKeyType}: KeyObject): Buffer {
  const derNull = Buffer.of(0x05, 0);
  switch (asymmetricKeyType) {
    case 'ec':
      return derSequence(derOid('1.2.840.10045.4.3.2'));
    case 'rsa':
      return derSequence(derOid('1.2.840.113549.1.1.11'), derNull);
    default:
      throw new Error('x509: only RSA and ECDSA keys supported');
  }
}
