import {goTimeOfUnixMs} from '../schema/go-time.ts';
import {type AutopilotServerState, type AutopilotState} from './autopilot-state-schema.ts';
import {type ClusterServer} from './cluster.ts';
import {type AutopilotHealthReply, type AutopilotServerHealth} from './schema.ts';

const raftVersion = 3;
/** Serf's numbers in autopilot's words: who is on the way out is still there. */
const nodeStatuses = ['unknown', 'alive', 'alive', 'left', 'failed'] as const;

/** How many healthy voters may be lost before the cluster stands still. */
export function failureTolerance(servers: readonly ClusterServer[]): number {
  const voters = servers.filter(({suffrage}) => suffrage === 'voter');
  const quorum = Math.floor(voters.length / 2) + 1;
  return Math.max(0, voters.filter(({isHealthy}) => isHealthy).length - quorum);
}

/** The answer of Operator.ServerHealth. */
export function healthOfCluster(servers: readonly ClusterServer[]): AutopilotHealthReply {
  return {Healthy: areHealthy(servers), FailureTolerance: failureTolerance(servers), Servers: servers.map(healthOfServer)};
}

/** The answer of Operator.AutopilotState. The leader is the first of the voters, the others follow by their ids. */
export function stateOfCluster(servers: readonly ClusterServer[]): AutopilotState {
  const leader = servers.find(({isLeader}) => isLeader)?.id ?? '';
  const voters = servers.filter(({suffrage}) => suffrage === 'voter').map(({id}) => id);
  return {
    Healthy: areHealthy(servers),
    FailureTolerance: failureTolerance(servers),
    Servers: new Map(servers.map((server) => [server.id, stateOfServer(server)])),
    Leader: leader,
    Voters: [...voters.filter((id) => id === leader), ...voters.filter((id) => id !== leader).sort()],
    Ext: null,
  };
}

function areHealthy(servers: readonly ClusterServer[]): boolean {
  return servers.every(({isHealthy}) => isHealthy);
}

function healthOfServer(server: ClusterServer): AutopilotServerHealth {
  return {
    ID: server.id,
    Name: server.name,
    Address: server.address,
    SerfStatus: server.serfStatus,
    Version: server.version,
    Leader: server.isLeader,
    LastContact: server.lastContactNs,
    LastTerm: server.lastTerm,
    LastIndex: server.lastIndex,
    Healthy: server.isHealthy,
    Voter: server.suffrage === 'voter',
    // Shown to the second.
    StableSince: goTimeOfUnixMs(Math.floor(server.stableSinceMs / 1000) * 1000),
  };
}

function stateOfServer(server: ClusterServer): AutopilotServerState {
  return {
    Server: {
      ID: server.id,
      Name: server.name,
      Address: server.address,
      NodeStatus: nodeStatuses[server.serfStatus] ?? 'unknown',
      Version: server.version,
      Meta: server.meta,
      RaftVersion: raftVersion,
      IsLeader: server.isLeader,
      NodeType: server.isReadReplica ? 'read-replica' : 'voter',
      Ext: null,
    },
    State: server.isLeader ? 'leader' : server.suffrage,
    Stats: {LastContact: server.lastContactNs, LastTerm: server.lastTerm, LastIndex: server.lastIndex},
    Health: {Healthy: server.isHealthy, StableSince: goTimeOfUnixMs(server.stableSinceMs)},
  };
}
