import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {Authority, createAuthority, type Issued} from '../../../src/cli/commands/tls/agent-authority.ts';
import {statusLeader} from '../../../src/operator/status-methods.ts';
import {ConnectionPool} from '../../../src/rpc/net/connection-pool.ts';
import {dialer} from '../../../src/rpc/net/dial.ts';
import {NodeTls} from '../../../src/rpc/net/node-tls.ts';
import {systemClock} from '../../../src/runtime/system-clock.ts';
import {DCSpecificRequest} from '../../../src/schema/rpc-common.ts';
import {inFolder} from '../../raft/driver/single-server.ts';
import {peer} from '../peer.ts';
import {closeAfterTest, pool} from '../../rpc/net/served.ts';
import {RealConsul} from '../rpc/real-consul.ts';

function newAuthority(): Issued {
  return createAuthority({days: 2, commonName: '', domain: 'consul', clusterId: '', permittedDnsNames: undefined, now: new Date()});
}

function issue(authority: Issued, kind: 'server' | 'client'): Issued {
  const commonName = `${kind}.dc1.consul`;
  return new Authority(authority.certificate, authority.key).issue({commonName, dnsNames: [commonName, 'localhost'], ipAddresses: ['127.0.0.1'], usages: ['serverAuth', 'clientAuth'], days: 1, now: new Date()});
}

function poolWith(authority: Issued, own: Issued): ConnectionPool {
  const tls = new NodeTls({
    certificate: own.certificate, key: own.key, authorities: [authority.certificate], verifyIncoming: true, verifyOutgoing: true, verifyServerHostname: true, datacenter: 'dc1', domain: 'consul',
  });
  const made = new ConnectionPool({dial: dialer({clock: systemClock, tls}), clock: systemClock});
  closeAfterTest(() => Promise.resolve(made.close()));
  return made;
}

describe.runIf(peer !== undefined)('a real Consul with verify_incoming, verify_outgoing and verify_server_hostname', () => {
  test('takes certificates that our command made, and calls from us that show one', () => inFolder(async (folder) => {
    const authority = newAuthority();
    const server = issue(authority, 'server');
    const files = {ca_file: authority.certificate, cert_file: server.certificate, key_file: server.key};
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const paths = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, name)]));
    const consul = await RealConsul.create(join(folder, 'real'), {...paths, verify_incoming: true, verify_outgoing: true, verify_server_hostname: true});
    await consul.start('member joined, marking health alive');
    try {
      const target = {address: consul.address, datacenter: 'dc1', name: 'real'};
      const leader = (client: ConnectionPool): Promise<string> => client.call(target, statusLeader, DCSpecificRequest.zero(), {timeoutMs: 10_000});
      expect(await leader(poolWith(authority, issue(authority, 'client')))).toBe(consul.address);
      await expect(leader(pool())).rejects.toThrow();
      const stranger = newAuthority();
      await expect(leader(poolWith(authority, issue(stranger, 'client')))).rejects.toThrow();
      await expect(leader(poolWith(stranger, issue(stranger, 'client')))).rejects.toMatchObject({failure: 'dial'});
    } finally {
      await consul.stop();
    }
  }), 60_000);
});
