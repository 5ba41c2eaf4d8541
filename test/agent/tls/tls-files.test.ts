import {copyFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createSecureContext} from 'node:tls';
import {describe, expect, it} from 'vitest';
import {readTlsFiles} from '../../../src/agent/tls/tls-files.ts';
import {type TlsListenerConfig} from '../../../src/config/runtime-config.ts';
import {secureContextOptions} from '../../../src/runtime/tls-material.ts';
import {temporaryDir} from '../local-fixture.ts';
import {certificateFile} from '../../certificates/certificate-files.ts';


function section(set: Partial<TlsListenerConfig>): TlsListenerConfig {
  return {caFile: '', caPath: '', certFile: '', keyFile: '', minVersion: 'TLSv1_2', cipherSuites: [], verifyIncoming: false, verifyOutgoing: false, ...set};
}

describe('files of a TLS section', () => {
  it('are read: authorities from a file or a folder with folders in it, a certificate with its key', () => {
    const folder = join(temporaryDir(), 'ca');
    mkdirSync(join(folder, 'more'), {recursive: true});
    copyFileSync(certificateFile('ca'), join(folder, 'a.pem'));
    copyFileSync(certificateFile('stranger'), join(folder, 'more', 'b.pem'));
    expect(readTlsFiles(section({caFile: certificateFile('ca')})).authorities).toHaveLength(1);
    expect(readTlsFiles(section({caPath: folder})).authorities).toHaveLength(2);
    expect(readTlsFiles(section({caFile: certificateFile('ca'), caPath: '/nowhere'})).authorities).toHaveLength(1);
    expect(readTlsFiles(section({certFile: certificateFile('server'), keyFile: certificateFile('server-key')})).certificate).toContain('BEGIN CERTIFICATE');
  });

  it('of which one without the other means nothing', () => {
    expect(readTlsFiles(section({certFile: certificateFile('server')})).certificate).toBeUndefined();
    expect(readTlsFiles(section({keyFile: '/nowhere'})).key).toBeUndefined();
  });

  it('that are missing or hold something else are told in the words of 1.21.4', () => {
    const dir = temporaryDir();
    const [junk, empty] = [join(dir, 'junk.pem'), join(dir, 'empty')];
    writeFileSync(junk, 'junk\n');
    mkdirSync(empty);
    const faults: readonly (readonly [Partial<TlsListenerConfig>, string])[] = [
      [{caFile: '/nofile'}, 'Error loading from /nofile: open /nofile: no such file or directory'],
      [{caFile: empty}, `Error loading from ${empty}: read ${empty}: is a directory`],
      [{caFile: junk}, 'failed to parse PEM junk'],
      [{caPath: '/nodir'}, 'lstat /nodir: no such file or directory'],
      [{caPath: empty}, 'Error loading from CAPath: no CAs found'],
      [{certFile: '/nofile', keyFile: '/nofile'}, 'Failed to load cert/key pair: open /nofile: no such file or directory'],
      [{certFile: junk, keyFile: junk}, 'Failed to load cert/key pair: tls: failed to find any PEM data in certificate input'],
      [{certFile: certificateFile('server'), keyFile: junk}, 'Failed to load cert/key pair: tls: failed to find any PEM data in key input'],
      [{certFile: certificateFile('server'), keyFile: certificateFile('client-key')}, 'Failed to load cert/key pair: tls: private key does not match public key'],
      [{certFile: certificateFile('server'), keyFile: certificateFile('server')}, 'Failed to load cert/key pair: tls: found a certificate rather than a key in the PEM for the private key'],
    ];
    for (const [set, text] of faults) expect(() => readTlsFiles(section(set)), text).toThrow(text);
  });

  it('do not get into the log when one of them is a key', () => {
    expect(() => readTlsFiles(section({caFile: certificateFile('server-key')}))).toThrow(/^failed to parse PEM -----BEGIN (EC )?PRIVATE KEY----- <hidden>$/);
  });

  it('go with versions and ciphers that Node takes', () => {
    const suites = ['ECDSA', 'RSA'].flatMap((kind) =>
      ['AES_128_CBC_SHA', 'AES_256_CBC_SHA', 'AES_128_GCM_SHA256', 'AES_256_GCM_SHA384', 'CHACHA20_POLY1305_SHA256'].map((rest) => `TLS_ECDHE_${kind}_WITH_${rest}`));
    for (const minVersion of ['TLS_AUTO', 'TLSv1_0', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3']) {
      for (const suite of suites) createSecureContext(secureContextOptions(readTlsFiles(section({minVersion, cipherSuites: [suite]}))));
    }
    expect(readTlsFiles(section({cipherSuites: ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA']})).ciphers)
      .toMatch(/:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA$/);
  });
});
