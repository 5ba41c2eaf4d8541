import {type RaftServer, suffrage} from '../../raft/configuration.ts';
import {type ServerMember} from '../server-member.ts';

export interface DeadServers {
  /** Ids of Raft's configuration that the pool does not know. */
  readonly unknown: readonly string[];
  /** Failed members to be declared gone. */
  readonly failed: readonly ServerMember[];
}

/**
 * Which servers may be taken out (rpc-raft.md §14): failed ones without a vote always; ones with a vote only while those
 * that go are fewer than half of the voters, and `minQuorum` voters stay.
 */
export function deadServers(servers: readonly RaftServer[], known: ReadonlyMap<string, ServerMember>, minQuorum: number): DeadServers {
  const voters = servers.filter(isVoter);
  const voterIds = new Set(voters.map(({id}) => id));
  const failed = [...known.values()].filter(({status}) => status === 'failed');
  const failedVoters = failed.filter(({id}) => voterIds.has(id));
  const unknown = servers.filter(({id}) => !known.has(id));
  const unknownVoters = unknown.filter(isVoter);
  const removableVoters = Math.max(0, Math.min(Math.floor((voters.length - 1) / 2), voters.length - minQuorum));
  const canLoseVoters = failedVoters.length + unknownVoters.length <= removableVoters;
  return {
    unknown: unknown.filter((server) => !isVoter(server) || canLoseVoters).map(({id}) => id),
    failed: failed.filter(({id}) => !voterIds.has(id) || canLoseVoters),
  };
}

function isVoter(server: RaftServer): boolean {
  return server.suffrage === suffrage.voter;
}
