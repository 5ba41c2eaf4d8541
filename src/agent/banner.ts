import {type RuntimeConfig, type TlsListenerConfig} from '../config/runtime-config.ts';
import {servesGrpcTls} from './grpc/grpc-listeners.ts';

/** How Consul shows a port that is closed. */
const notServed = -1;

/** What stands on the terminal before the log begins (cli.md §4.2), and where this agent can be reached. */
export function banner(config: RuntimeConfig, nodeId: string, version: string): string {
  const {network, acl, gossip, tls} = config;
  const {ports} = network;
  const quote = (text: string): string => `'${text}'`;
  const {https, grpc, internalRpc} = tls;
  const verify = (t: TlsListenerConfig): string => `Verify Incoming: ${t.verifyIncoming}, Verify Outgoing: ${t.verifyOutgoing}`;
  const grpcTls = servesGrpcTls(config) ? ports.grpcTls : notServed;
  const client = `[${network.clientAddresses.join(' ')}] (HTTP: ${ports.http}, HTTPS: ${ports.https}, gRPC: ${ports.grpc}, gRPC-TLS: ${grpcTls}, DNS: ${ports.dns})`;
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
    ['HTTPS TLS', `${verify(https)}, Min Version: ${https.minVersion}`],
    ['gRPC TLS', `Verify Incoming: ${grpc.verifyIncoming}, Min Version: ${grpc.minVersion}`],
    ['Internal RPC TLS', `${verify(internalRpc)} (Verify Hostname: ${internalRpc.verifyServerHostname}), Min Version: ${internalRpc.minVersion}`],
  ];
  const table = lines.map(([label, value]) => `${label.padStart(22)}: ${value}`).join('\n');
  return `==> Starting Consul agent...\n${table}\n\n==> Log data will now stream in as it occurs:\n\n`;
}
