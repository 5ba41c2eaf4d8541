import {derOid} from './der-writer.ts';
import {type DerValue, derValues} from './der-reader.ts';

/** What Node does not tell of a certificate, as a signer needs it. */
export interface CertificateFields {
  /** The name, byte for byte: an issuer's name in a certificate must be the same bytes. */
  readonly subject: Buffer;
  /** Undefined where it has none. */
  readonly subjectKeyId: Buffer | undefined;
  /** DNS names that it may sign for, with those below them; undefined: all. */
  readonly permittedDnsNames: readonly string[] | undefined;
}

const contextConstructed = 0xa0;
const versionTag = contextConstructed;
const extensionsTag = contextConstructed | 3;
const dnsNameTag = 0x82;
const octetsTag = 0x04;

/** Reads an X.509 certificate (RFC 5280 §4.1). @param der the whole certificate. @throws Error for what is none */
export function certificateFields(der: Buffer): CertificateFields {
  const [certificate] = derValues(der);
  const [tbs] = derValues(contentOf(certificate));
  const fields = derValues(contentOf(tbs));
  // Version is optional; then serial number, algorithm, issuer, validity, subject.
  const subject = fields[(fields[0]?.tag === versionTag ? 1 : 0) + 4];
  if (subject === undefined) throw new Error('x509: malformed certificate');
  const holder = fields.find(({tag}) => tag === extensionsTag);
  const extensions = holder === undefined ? [] : derValues(contentOf(derValues(holder.content)[0]));
  const extension = (oid: string): Buffer | undefined => extensionValue(extensions, derOid(oid));
  const keyId = extension('2.5.29.14');
  const constraints = extension('2.5.29.30');
  return {
    subject: subject.whole,
    subjectKeyId: keyId === undefined ? undefined : derValues(keyId)[0]?.content,
    permittedDnsNames: constraints === undefined ? undefined : permittedNames(constraints),
  };
}

function extensionValue(extensions: readonly DerValue[], oid: Buffer): Buffer | undefined {
  for (const {content} of extensions) {
    const parts = derValues(content);
    if (parts[0]?.whole.equals(oid) === true) return parts.find(({tag}) => tag === octetsTag)?.content;
  }
  return undefined;
}

/** RFC 5280 §4.2.1.10 */
function permittedNames(constraints: Buffer): readonly string[] | undefined {
  const permitted = derValues(contentOf(derValues(constraints)[0])).find(({tag}) => tag === contextConstructed);
  if (permitted === undefined) return undefined;
  const names = derValues(permitted.content).flatMap((subtree) => derValues(subtree.content)).filter(({tag}) => tag === dnsNameTag);
  return names.length === 0 ? undefined : names.map(({content}) => content.toString('latin1'));
}

function contentOf(value: DerValue | undefined): Buffer {
  if (value === undefined) throw new Error('x509: malformed certificate');
  return value.content;
}
