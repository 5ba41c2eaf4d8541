import {demand, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {type Store} from '../store/store.ts';
import {applyFailed, autopilotConfig} from './autopilot-config.ts';
import {type Cluster, type ClusterServer} from './cluster.ts';
import {healthOfCluster, stateOfCluster} from './cluster-health.ts';
import {
  autopilotGetConfiguration,
  autopilotSetConfiguration,
  autopilotState,
  raftGetConfiguration,
  raftRemovePeerByAddress,
  raftRemovePeerById,
  raftTransferLeader,
  serverHealth,
} from './methods.ts';
import {autopilotDefaults, AutopilotSetConfigRequest, type RaftServer} from './schema.ts';

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
      refuseTransfer(cluster.servers(), ID);
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
      return healthOfCluster(cluster.servers());
    }),
    endpoint(autopilotState, async ({Token}) => {
      await mayRead(Token);
      return stateOfCluster(cluster.servers());
    }),
  ];
}

/** @throws ConsulError when leadership cannot go to this server, or to any ("") */
function refuseTransfer(servers: readonly ClusterServer[], id: string): void {
  if (id === '') {
    if (servers.some(({suffrage, isLeader}) => suffrage === 'voter' && !isLeader)) return;
    throw new ConsulError('cannot find peer');
  }
  const target = servers.find((server) => server.id === id);
  if (target === undefined) throw new ConsulError(`Could not find address for server id ${id}`);
  if (target.isLeader) throw new ConsulError('cannot transfer leadership to itself');
  if (target.suffrage !== 'voter') throw new ConsulError(`cannot transfer leadership to server id ${id}: it has no vote`);
}

function raftServer({id, name, address, isLeader, suffrage, lastIndex}: ClusterServer): RaftServer {
  return {
    ID: id,
    Node: name || '(unknown)',
    Address: address,
    Leader: isLeader,
    ProtocolVersion: name === '' ? 'unknown' : '3',
    Voter: suffrage === 'voter',
    LastIndex: lastIndex,
  };
}
