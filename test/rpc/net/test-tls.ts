import {NodeTls, type NodeTlsOptions} from '../../../src/rpc/net/node-tls.ts';
import {pem} from '../../certificates/certificate-files.ts';

/** TLS of a node; `client`'s certificate is made out to no server, `stranger`'s to one, by another authority. */
export function tls(name: 'server' | 'client' | 'stranger', set: Partial<NodeTlsOptions> = {}): NodeTls {
  return new NodeTls({...tlsSettings(name), ...set});
}

export function tlsSettings(name: 'server' | 'client' | 'stranger'): NodeTlsOptions {
  return {
    certificate: pem(name), key: pem(`${name}-key`), authorities: [pem('ca')], verifyIncoming: true, verifyOutgoing: true,
    verifyServerHostname: true, datacenter: 'dc1', domain: 'consul',
  };
}
