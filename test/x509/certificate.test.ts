import {createPrivateKey, generateKeyPairSync, X509Certificate} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Authority, createAuthority} from '../../src/cli/commands/tls/agent-authority.ts';
import {derValues} from '../../src/x509/der-reader.ts';
import {certificateFields} from '../../src/x509/certificate-fields.ts';
import {distinguishedName, signCertificate} from '../../src/x509/certificate.ts';
import {subjectAlternativeNames} from '../../src/x509/extensions.ts';
import {realAuthority, realServer} from './made-by-consul-1.21.4.ts';

const now = new Date('2026-11-21T07:36:35Z');
const authorityOptions = {days: 10, commonName: 'My CA', domain: 'foo', clusterId: 'abc', permittedDnsNames: ['x.y', 'foo', 'localhost'], now};

/** A certificate's fields in hex, without what differs from one to the next: serial number, keys and what is made of them, dates. */
function shape(pem: string): readonly string[] {
  const der = new X509Certificate(pem).raw;
  const [tbs] = derValues(derValues(der)[0]?.content ?? Buffer.alloc(0));
  const fields = derValues(tbs?.content ?? Buffer.alloc(0));
  const [version, , algorithm, issuer, , subject, , holder] = fields;
  const extensions = derValues(derValues(holder?.content ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0));
  const keyIds = ['0603551d0e', '0603551d23'];
  return [version, algorithm, issuer, subject, ...extensions].map((value) => {
    const hex = value?.content.toString('hex') ?? '';
    return keyIds.some((id) => hex.startsWith(id)) ? hex.slice(0, -64) : hex;
  });
}

describe('certificates for agents', () => {
  it('have the fields of those that 1.21.4 makes, byte for byte', () => {
    const authority = createAuthority(authorityOptions);
    expect(shape(authority.certificate)).toEqual(shape(realAuthority));
    const leaf = new Authority(authority.certificate, authority.key).issue({
      commonName: 'server.dc1.foo', dnsNames: ['n1.server.dc1.foo', 'server.dc1.foo', 'localhost'], ipAddresses: ['127.0.0.1'], usages: ['serverAuth', 'clientAuth'], days: 365, now,
    });
    expect(shape(leaf.certificate)).toEqual(shape(realServer));
  });

  it('are what Node and OpenSSL take them for', () => {
    const {certificate, key} = createAuthority({...authorityOptions, commonName: '', clusterId: '', permittedDnsNames: undefined});
    const authority = new X509Certificate(certificate);
    expect(authority.ca).toBe(true);
    expect(authority.subject).toContain(`CN=Consul Agent CA ${BigInt(`0x${authority.serialNumber}`)}`);
    const leaf = new Authority(certificate, key).issue({commonName: 'client.dc1.consul', dnsNames: ['client.dc1.consul'], ipAddresses: ['::1', '2001:db8::7:0:1', '10.0.0.1'], usages: [], days: 1, now});
    const read = new X509Certificate(leaf.certificate);
    expect(read.checkIssued(authority) && read.verify(authority.publicKey) && read.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true);
    expect(read.subjectAltName).toBe('DNS:client.dc1.consul, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:7:0:1, IP Address:10.0.0.1');
    expect([read.validFrom, read.validTo]).toEqual(['Nov 21 07:36:35 2026 GMT', 'Nov 22 07:36:35 2026 GMT']);
  });

  it('are signed by RSA authorities too, and their long fields and late dates are right', () => {
    const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
    const name = distinguishedName({organization: 'Ümlaut & Co', commonName: 'x'.repeat(300)});
    const read = new X509Certificate(signCertificate({
      serial: Buffer.of(0, 0, 0x80), subject: name, issuer: name, notBefore: now, notAfter: new Date('2126-01-02T03:04:05Z'), publicKey, extensions: [subjectAlternativeNames({uris: ['spiffe://a.b']})],
    }, privateKey));
    expect(read.verify(publicKey)).toBe(true);
    expect([read.serialNumber, read.validTo, read.subjectAltName]).toEqual(['80', 'Jan  2 03:04:05 2126 GMT', 'URI:spiffe://a.b']);
    expect(read.subject).toContain('Ümlaut & Co');
    expect(certificateFields(read.raw)).toEqual({subject: name, subjectKeyId: undefined, permittedDnsNames: undefined});
  });

  it('that nobody would accept are not made', () => {
    const {certificate, key} = createAuthority(authorityOptions);
    const leaf = {commonName: 'a', dnsNames: ['server.dc1.foo'], ipAddresses: [], usages: [], days: 1, now} as const;
    const authority = new Authority(certificate, key);
    expect(() => authority.issue({...leaf, dnsNames: ['a.b']})).toThrow(
      'x509: a root or intermediate certificate is not authorized to sign for this name: DNS name "a.b" is not permitted by any constraint');
    expect(() => authority.issue({...leaf, days: 0})).toThrow(
      'x509: certificate has expired or is not yet valid: current time 2026-11-21T07:36:35Z is after 2026-11-21T07:36:35Z');
    expect(() => new Authority(certificate, createAuthority(authorityOptions).key)).toThrow("failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
    expect(() => new Authority('junk', key)).toThrow('failed to parse CA: no PEM-encoded data found');
    expect(() => new Authority(certificate, 'junk')).toThrow('no PEM-encoded data found');
  });

  it('that were damaged are an error or something else, never a crash or a hang', () => {
    const {raw} = new X509Certificate(realAuthority);
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(raw.length - 1), fc.nat(255)), {maxLength: 6}), fc.nat(raw.length), (changes, end) => {
      const damaged = Buffer.from(raw.subarray(0, end));
      for (const [at, byte] of changes) if (at < damaged.length) damaged[at] = byte;
      try {
        certificateFields(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }), {numRuns: 2000});
    expect(certificateFields(raw).permittedDnsNames).toEqual(['x.y', 'foo', 'localhost']);
  });
});
