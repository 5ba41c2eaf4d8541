import {struct, type TypeOf} from '../schema/struct.ts';
import {any, bool, duration, int, list, map, nullable, str, time, uint} from '../schema/types.ts';

/** A server, as autopilot of 1.21.4 tells of it over port 8300 (rpc-raft.md §20). Ext is the enterprise edition's. */
export const AutopilotServer = struct('autopilot.Server', {
  ID: str,
  Name: str,
  Address: str,
  NodeStatus: str,
  Version: str,
  Meta: map(str),
  RaftVersion: int,
  IsLeader: bool,
  NodeType: str,
  Ext: any,
});

export const AutopilotServerState = struct('autopilot.ServerState', {
  Server: AutopilotServer,
  State: str,
  Stats: struct('autopilot.ServerStats', {LastContact: duration, LastTerm: uint, LastIndex: uint}),
  Health: struct('autopilot.ServerHealth', {Healthy: bool, StableSince: time}),
});
export type AutopilotServerState = TypeOf<typeof AutopilotServerState>;

/** The answer of Operator.AutopilotState: its servers by their ids. */
export const AutopilotState = struct('autopilot.State', {
  Healthy: bool,
  FailureTolerance: int,
  Servers: map(nullable(AutopilotServerState)),
  Leader: str,
  Voters: list(str),
  Ext: any,
});
export type AutopilotState = TypeOf<typeof AutopilotState>;
