import {type Cluster, type ClusterServer} from '../operator/cluster.ts';
import {type RaftNode} from '../raft/driver/raft-node.ts';
import {suffrage} from '../raft/configuration.ts';
import {type Autopilot} from './leader/autopilot.ts';
import {type Membership} from './membership.ts';
import {serverMember} from './server-member.ts';

const serfNumbers = {alive: 1, leaving: 2, left: 3, failed: 4} as const;

/** Raft's configuration with what gossip and autopilot know of its servers. */
export class RaftCluster implements Cluster {
  readonly #raft: RaftNode;
  readonly #membership: Membership;
  readonly #autopilot: Autopilot;

  constructor(raft: RaftNode, membership: Membership, autopilot: Autopilot) {
    this.#raft = raft;
    this.#membership = membership;
    this.#autopilot = autopilot;
  }

  servers(): readonly ClusterServer[] {
    const members = this.#membership.members().flatMap((member) => serverMember(member) ?? []);
    const byId = new Map(members.map((member) => [member.id, member]));
    const leaderId = this.#raft.leader?.id;
    return this.#raft.configuration.servers.map(({id, address, suffrage: vote}) => {
      const member = byId.get(id);
      const health = this.#autopilot.healthOf(id);
      return {
        id,
        address,
        isVoter: vote === suffrage.voter,
        isLeader: id === leaderId,
        name: member?.name ?? '',
        version: member?.version.join('.') ?? '',
        serfStatus: member === undefined ? 0 : serfNumbers[member.status],
        lastIndex: id === leaderId && this.#raft.role === 'leader' ? this.#raft.lastIndex : (health?.lastIndex ?? 0),
        lastTerm: health?.lastTerm ?? 0,
        lastContactNs: health?.lastContactNs ?? 0,
        isHealthy: health?.isHealthy ?? false,
        stableSinceMs: health?.stableSinceMs ?? 0,
      };
    });
  }

  async remove(id: string): Promise<void> {
    await this.#raft.changeMembership({op: 'remove-server', id});
  }

  async transferLeadership(id: string | undefined): Promise<void> {
    await this.#raft.transferLeadership(id);
  }
}
