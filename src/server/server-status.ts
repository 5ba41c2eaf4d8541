import {type RaftStatus} from '../operator/status-endpoint.ts';
import {type RaftStats} from '../operator/status-methods.ts';
import {type RaftNode} from '../raft/driver/raft-node.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../schema/go-duration.ts';
import {type RaftLeadership} from './raft-leadership.ts';

/** What this server's Raft says of itself. */
export class ServerStatus implements RaftStatus {
  readonly #raft: RaftNode;
  readonly #leadership: Pick<RaftLeadership, 'hasHeardLeader'>;

  constructor(raft: RaftNode, leadership: Pick<RaftLeadership, 'hasHeardLeader'>) {
    this.#raft = raft;
    this.#leadership = leadership;
  }

  get leaderAddress(): string {
    return this.#raft.leader?.address ?? '';
  }

  get peerAddresses(): readonly string[] {
    return this.#raft.configuration.servers.map(({address}) => address);
  }

  raftStats(): RaftStats {
    const {role, lastContactMs, lastTerm, lastIndex} = this.#raft;
    const contact = this.#leadership.hasHeardLeader ? formatGoDuration(Math.trunc(lastContactMs * NANOS_PER_MILLISECOND)) : 'never';
    return {LastContact: role === 'leader' ? '0' : contact, LastTerm: lastTerm, LastIndex: lastIndex};
  }
}
