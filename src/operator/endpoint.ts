import {demand, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {goTimeOfUnixMs} from '../schema/go-time.ts';
import {type Store} from '../store/store.ts';
import {applyFailed, autopilotConfig} from './autopilot-config.ts';
import {type Cluster, type ClusterServer} from './cluster.ts';
import {
  autopilotGetConfiguration,
  autopilotSetConfiguration,
  raftGetConfiguration,
  raftRemovePeerByAddress,
  raftRemovePeerById,
  raftTransferLeader,
  serverHealth,
} from './methods.ts';
import {autopilotDefaults, type AutopilotServerHealth, AutopilotSetConfigRequest, type RaftServer} from './schema.ts';

export interface OperatorEndpointOptions {
  readonly cluster: Cluster;
  readonly store: Store;
  readonly proposer: Proposer;
  readonly resolver: TokenResolver;
}

/** Operator.* of port 8300 (rpc-raft.md §8, §9). */
export function operatorEndpoints(options: OperatorEndpointOptions): readonly Endpoint[] {
  const {cluster, store, proposer, resolver} = options;
  const mayRead = async (token: string): Promise<void> => demand(await resolver.resolve(token), 'operator', 'read');
  const mayWrite = async (token: string): Promise<void> => demand(await resolver.resolve(token), 'operator', 'write');
  return [
    endpoint(raftGetConfiguration, async ({Token}) => {
      await mayRead(Token);
      return {Servers: cluster.servers().map(raftServer), Index: 0};
    }),
    endpoint(raftRemovePeerById, async ({ID, Token}) => {
      await mayWrite(Token);
      if (!cluster.servers().some(({id}) => id === ID)) throw new ConsulError(`id ${JSON.stringify(ID)} was not found in the Raft configuration`);
      await cluster.remove(ID);
      return {};
    }),
    endpoint(raftRemovePeerByAddress, async ({Address, Token}) => {
      await mayWrite(Token);
      const server = cluster.servers().find(({address}) => address === Address);
      if (server === undefined) throw new ConsulError(`address ${JSON.stringify(Address)} was not found in the Raft configuration`);
      await cluster.remove(server.id);
      return {};
    }),
    endpoint(raftTransferLeader, async ({ID, Token}) => {
      await mayWrite(Token);
      const servers = cluster.servers();
      if (ID !== '' && !servers.some(({id}) => id === ID)) throw new ConsulError(`Could not find address for server id ${ID}`);
      if (!servers.some(({isVoter, isLeader}) => isVoter && !isLeader)) throw new ConsulError('cannot find peer');
      await cluster.transferLeadership(ID === '' ? undefined : ID);
      return {};
    }),
    endpoint(autopilotGetConfiguration, async ({Token}) => {
      await mayRead(Token);
      return autopilotConfig(store.view()) ?? autopilotDefaults;
    }),
    endpoint(autopilotSetConfiguration, async (request) => {
      await mayWrite(request.Token);
      const result = await proposer.propose(9, AutopilotSetConfigRequest, request);
      if (result instanceof ConsulError) throw applyFailed(result);
      return result !== false;
    }),
    endpoint(serverHealth, async ({Token}) => {
      await mayRead(Token);
      const servers = cluster.servers();
      const healthyVoters = servers.filter(({isVoter, isHealthy}) => isVoter && isHealthy).length;
      const quorum = Math.floor(servers.filter(({isVoter}) => isVoter).length / 2) + 1;
      return {
        Healthy: servers.every(({isHealthy}) => isHealthy),
        FailureTolerance: Math.max(0, healthyVoters - quorum),
        Servers: servers.map(health),
      };
    }),
  ];
}

function raftServer({id, name, address, isLeader, isVoter, lastIndex}: ClusterServer): RaftServer {
  return {
    ID: id,
    Node: name || '(unknown)',
    Address: address,
    Leader: isLeader,
    ProtocolVersion: name === '' ? 'unknown' : '3',
    Voter: isVoter,
    LastIndex: lastIndex,
  };
}

function health(server: ClusterServer): AutopilotServerHealth {
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
    Voter: server.isVoter,
    // Shown to the second.
    StableSince: goTimeOfUnixMs(Math.floor(server.stableSinceMs / 1000) * 1000),
  };
}
