import {RaftError} from '../raft-error.ts';
import {type RaftTransport} from './raft-transport.ts';

/** The transport of a server that has no peers: whatever is sent cannot be delivered. */
export const unconnectedTransport: RaftTransport = {
  serve: () => undefined,
  send: (to) => Promise.reject(new RaftError('broken', `no connection to raft server ${to.address}`)),
  sendSnapshot: (to) => Promise.reject(new RaftError('broken', `no connection to raft server ${to.address}`)),
  isRefused: () => Promise.resolve(false),
  close: () => Promise.resolve(),
};
