import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {CONSUL_VERSION} from '../../program-version.ts';
import {formatGoDuration} from '../../schema/go-duration.ts';
import {servesGrpcTls} from '../grpc/grpc-listeners.ts';
import {protocolVersion} from '../protocol-fault.ts';

/**
 * The tags an agent gossips of itself (gossip.md §15.2, §15.3). WAN pools have servers only, and no WAN port to join. A
 * gRPC port is told where something answers there.
 */
export function agentTags(config: RuntimeConfig, nodeId: string, pool: 'lan' | 'wan'): Record<string, string> {
  const common = {dc: config.datacenter, segment: '', id: nodeId, vsn: String(config.protocol), vsn_min: String(protocolVersion.min), vsn_max: String(protocolVersion.max), build: `${CONSUL_VERSION}:`};
  return config.server ? {role: 'consul', ...common, ...serverTags(config, pool)} : {role: 'node', ...common, ...clientTags(config)};
}

function serverTags(config: RuntimeConfig, pool: 'lan' | 'wan'): Record<string, string> {
  const {network, raft, acl, tls, devMode} = config;
  const {ports} = network;
  return {
    raft_vsn: '3',
    port: String(network.rpcAdvertise.port),
    ...(pool === 'lan' && ports.serfWan > 0 && {wan_join_port: String(ports.serfWan)}),
    ...(raft.bootstrap && !devMode && {bootstrap: '1'}),
    ...(raft.bootstrapExpect > 1 && {expect: String(raft.bootstrapExpect)}),
    ...((tls.internalRpc.caFile !== '' || tls.internalRpc.caPath !== '') && {use_tls: '1'}),
    ...(network.grpc.length > 0 && {grpc_port: String(ports.grpc)}),
    ...(servesGrpcTls(config) && {grpc_tls_port: String(ports.grpcTls)}),
    acls: acl.enabled ? '1' : '0',
    ft_fs: '1',
    ft_si: '1',
  };
}

function clientTags({gossip}: RuntimeConfig): Record<string, string> {
  const {advertiseReconnectTimeoutMs} = gossip;
  return advertiseReconnectTimeoutMs !== 0 ? {rc_tm: formatGoDuration(advertiseReconnectTimeoutMs * 1e6)} : {};
}
