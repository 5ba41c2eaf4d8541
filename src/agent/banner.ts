import {type RuntimeConfig} from '../config/runtime-config.ts';

/** How Consul shows a port that is closed; these come with later versions (docs/compatibility.md). */
const notServed = -1;

/** What stands on the terminal before the log begins (cli.md §4.2), and where this agent can be reached. */
export function banner(config: RuntimeConfig, nodeId: string, version: string): string {
  const {network, acl, gossip, tls} = config;
  const {ports} = network;
  const quote = (text: string): string => `'${text}'`;
  const listener = (t: {verifyIncoming: boolean; verifyOutgoing: boolean}): string => `Verify Incoming: ${t.verifyIncoming}, Verify Outgoing: ${t.verifyOutgoing}`;
  const client = `[${network.clientAddresses.join(' ')}] (HTTP: ${ports.http}, HTTPS: ${notServed}, gRPC: ${notServed}, gRPC-TLS: ${notServed}, DNS: ${ports.dns})`;
  const lines: readonly (readonly [label: string, value: string])[] = [
    ['Version', quote('1.21.4')],
    ['Proconsul', quote(version)],
    ['Node ID', quote(nodeId)],
    ['Node name', quote(config.node.name)],
    ['Datacenter', `${quote(config.datacenter)} (Segment: ${quote(config.server ? '<all>' : '')})`],
    ['Server', `${config.server} (Bootstrap: ${config.raft.bootstrap})`],
    ['Client Addr', client],
    ['Cluster Addr', `${network.advertiseLan} (LAN: ${ports.serfLan}, WAN: ${config.server ? ports.serfWan : notServed})`],
    ['Gossip Encryption', String(gossip.encryptKey !== '')],
    ['Auto-Encrypt-TLS', String(tls.autoEncryptTls)],
    ['ACL Enabled', String(acl.enabled)],
    ['ACL Default Policy', acl.defaultPolicy],
    ['HTTPS TLS', listener(tls.https)],
    ['Internal RPC TLS', `${listener(tls.internalRpc)} (Verify Hostname: ${tls.internalRpc.verifyServerHostname})`],
  ];
  const table = lines.map(([label, value]) => `${label.padStart(22)}: ${value}`).join('\n');
  return `==> Starting Consul agent...\n${table}\n\n==> Log data will now stream in as it occurs:\n\n`;
}
