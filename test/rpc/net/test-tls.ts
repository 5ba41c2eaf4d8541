import {readFileSync} from 'node:fs';
import {NodeTls, type NodeTlsOptions} from '../../../src/rpc/net/node-tls.ts';

export function pem(name: string): Buffer {
  return readFileSync(new URL(`certificates/${name}.pem`, import.meta.url));
}

/** `server` is made out to server.dc1.consul, `client` to another name, `stranger` to a server's, by another authority. */
export function tls(name: 'server' | 'client' | 'stranger', set: Partial<NodeTlsOptions> = {}): NodeTls {
  return new NodeTls({...tlsSettings(name), ...set});
}

export function tlsSettings(name: 'server' | 'client' | 'stranger'): NodeTlsOptions {
  return {
    certificate: pem(name), key: pem(`${name}-key`), authorities: [pem('ca')], verifyIncoming: true, verifyOutgoing: true,
    verifyServerHostname: true, datacenter: 'dc1', domain: 'consul',
  };
}
