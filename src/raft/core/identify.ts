import {findServer, type RaftServer} from '../configuration.ts';
import {type Peer} from './messages.ts';
import {type RaftState} from './raft-state.ts';

/** The member a message is from; servers of Consul 1.8 state no id, only an address. */
export function identify(state: RaftState, from: Peer): RaftServer | undefined {
  if (from.id !== '') return findServer(state.configurations.latest, from.id);
  return state.configurations.latest.servers.find((server) => server.address === from.address);
}
