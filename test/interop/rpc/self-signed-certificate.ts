import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** A certificate of a day for one name, and the key it belongs to, in PEM. */
export function selfSignedCertificate(name: string): {readonly Certificate: string; readonly PrivateKey: string} {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-out', certificate, '-keyout', key], {stdio: 'pipe'});
    return {Certificate: readFileSync(certificate, 'utf8'), PrivateKey: readFileSync(key, 'utf8')};
  } finally {
    rmSync(folder, {recursive: true});
  }
}
