import {type Method} from '../rpc/method.ts';
import {DCSpecificRequest} from '../schema/rpc-common.ts';
import {struct, type TypeOf} from '../schema/struct.ts';
import {list, str, uint} from '../schema/types.ts';

/** How far a server's Raft is; LastContact is "0" on the leader, "never", or a Go duration. */
export const RaftStats = struct('RaftStats', {LastContact: str, LastTerm: uint, LastIndex: uint});
export type RaftStats = TypeOf<typeof RaftStats>;

const Nothing = struct('Nothing', {}, {goType: 'struct {}'});
type Nothing = TypeOf<typeof Nothing>;

export const statusPing: Method<Nothing, Nothing> = {name: 'Status.Ping', kind: 'local', request: Nothing, response: Nothing};
export const statusLeader: Method<DCSpecificRequest, string> = {name: 'Status.Leader', kind: 'local', request: DCSpecificRequest, response: str};
export const statusPeers: Method<DCSpecificRequest, readonly string[] | null> = {name: 'Status.Peers', kind: 'local', request: DCSpecificRequest, response: list(str)};
export const statusRaftStats: Method<Nothing, RaftStats> = {name: 'Status.RaftStats', kind: 'local', request: Nothing, response: RaftStats};
