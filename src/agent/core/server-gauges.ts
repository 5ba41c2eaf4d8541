import {countsOf} from '../../catalog/usage.ts';
import {ConfigEntries} from '../../config-entry/state.ts';
import {Kvs} from '../../kv/state.ts';
import {healthOfCluster} from '../../operator/cluster-health.ts';
import {type Gauge} from '../../runtime/metrics.ts';
import {type Server} from '../../server/server.ts';
import {Sessions} from '../../session/state.ts';
import {type View} from '../../store/view.ts';
import {type AgentPools} from '../gossip/agent-pools.ts';

const configEntryKinds = [
  'api-gateway', 'bound-api-gateway', 'control-plane-request-limit', 'exported-services', 'file-system-certificate', 'http-route', 'ingress-gateway',
  'inline-certificate', 'jwt-provider', 'mesh', 'proxy-defaults', 'sameness-group', 'service-defaults', 'service-intentions', 'service-resolver',
  'service-router', 'service-splitter', 'tcp-route', 'terminating-gateway',
];

/** What a server tells of itself in `/v1/agent/metrics`, by the names of 1.21.4. */
export function serverGauges(server: Server, datacenter: string, pools: AgentPools): readonly Gauge[] {
  const {raft} = server;
  return [
    {name: 'raft.applied_index', value: raft.appliedIndex},
    {name: 'raft.last_index', value: raft.lastIndex},
    {name: 'server.isLeader', value: raft.role === 'leader' ? 1 : 0},
    ...(raft.role === 'leader' ? autopilotGauges(server) : []),
    ...memberGauges(datacenter, pools),
    ...stateGauges(server.store.view(), {datacenter}),
  ];
}

/** How many voters may fail, and whether none did. */
function autopilotGauges(server: Server): readonly Gauge[] {
  const {FailureTolerance, Healthy} = healthOfCluster(server.cluster.servers());
  return [
    {name: 'autopilot.failure_tolerance', value: FailureTolerance},
    {name: 'autopilot.healthy', value: Healthy ? 1 : 0},
  ];
}

function memberGauges(datacenter: string, pools: AgentPools): readonly Gauge[] {
  const servers = pools.localServers().length;
  return [
    {name: 'members.clients', value: pools.lan.members().length - servers, labels: {datacenter}},
    {name: 'members.servers', value: servers, labels: {datacenter}},
  ];
}

function stateGauges(view: View, labels: {readonly datacenter: string}): readonly Gauge[] {
  const {nodes, services, instances, meshInstances, billableInstances} = countsOf(view);
  const ofKind = new Map<string, number>();
  for (const {Kind} of view.prefix(ConfigEntries, '')) ofKind.set(Kind, (ofKind.get(Kind) ?? 0) + 1);
  return [
    {name: 'session_ttl.active', value: [...view.prefix(Sessions, '')].filter(({TTL}) => TTL !== '').length},
    {name: 'state.nodes', value: nodes, labels},
    {name: 'state.services', value: services, labels},
    {name: 'state.service_instances', value: instances, labels},
    {name: 'state.billable_service_instances', value: billableInstances, labels},
    {name: 'state.kv_entries', value: view.size(Kvs), labels},
    {name: 'state.peerings', value: 0, labels},
    ...configEntryKinds.map((kind) => ({name: 'state.config_entries', value: ofKind.get(kind) ?? 0, labels: {...labels, kind}})),
    ...[...meshInstances].map(([kind, value]) => ({name: 'state.connect_instances', value, labels: {...labels, kind}})),
  ];
}
