import {folded, Nodes} from '../catalog/tables.ts';
import {type Cluster, type ClusterServer} from '../operator/cluster.ts';
import {type RaftNode} from '../raft/driver/raft-node.ts';
import {type Store} from '../store/store.ts';
import {type Membership} from './membership.ts';
import {type ServerHealth} from './server-health.ts';
import {serverMembers} from './server-member.ts';

const serfNumbers = {alive: 1, leaving: 2, left: 3, failed: 4} as const;
/** Raft's numbers of the right to vote, in words. */
const suffrages = ['voter', 'non-voter', 'staging'] as const;

export interface RaftClusterOptions {
  readonly raft: RaftNode;
  readonly membership: Membership;
  readonly health: Pick<ServerHealth, 'of'>;
  readonly store: Store;
}

/** Raft's configuration with what gossip, the catalog and the watch over health know of its servers. */
export class RaftCluster implements Cluster {
  readonly #o: RaftClusterOptions;

  constructor(options: RaftClusterOptions) {
    this.#o = options;
  }

  servers(): readonly ClusterServer[] {
    const {raft, membership, health, store} = this.#o;
    const members = new Map(serverMembers(membership.members()).map((member) => [member.id, member]));
    const view = store.view();
    const leaderId = raft.leader?.id;
    return raft.configuration.servers.map(({id, address, suffrage}) => {
      const member = members.get(id);
      const state = health.of(id);
      return {
        id,
        address,
        suffrage: suffrages[suffrage],
        isLeader: id === leaderId,
        isReadReplica: member?.isReadReplica ?? false,
        name: member?.name ?? '',
        version: member?.version.join('.') ?? '',
        serfStatus: member === undefined ? 0 : serfNumbers[member.status],
        meta: member === undefined ? null : (view.get(Nodes, folded(member.name))?.Meta ?? null),
        lastIndex: id === leaderId && raft.role === 'leader' ? raft.lastIndex : (state?.lastIndex ?? 0),
        lastTerm: state?.lastTerm ?? 0,
        lastContactNs: state?.lastContactNs ?? 0,
        isHealthy: state?.isHealthy ?? false,
        stableSinceMs: state?.stableSinceMs ?? 0,
      };
    });
  }

  async remove(id: string): Promise<void> {
    await this.#o.raft.changeMembership({op: 'remove-server', id});
  }

  async transferLeadership(id: string | undefined): Promise<void> {
    await this.#o.raft.transferLeadership(id);
  }
}
