import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {type RaftStats, statusLeader, statusPeers, statusPing, statusRaftStats} from './status-methods.ts';

/** What a server knows of its Raft. */
export interface RaftStatus {
  /** ip:port, or "" while there is no leader. */
  readonly leaderAddress: string;
  /** Of all servers of the configuration, those without a vote too. */
  readonly peerAddresses: readonly string[];
  raftStats(): RaftStats;
}

/** Status.* of port 8300: every server answers for itself (rpc-raft.md §9). */
export function statusEndpoints(status: RaftStatus): readonly Endpoint[] {
  return [
    endpoint(statusPing, () => ({})),
    endpoint(statusLeader, () => status.leaderAddress),
    endpoint(statusPeers, () => status.peerAddresses),
    endpoint(statusRaftStats, () => status.raftStats()),
  ];
}
