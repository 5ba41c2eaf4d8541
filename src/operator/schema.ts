import {RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, duration, durationString, int, list, plainUint, str, time, uint} from '../schema/types.ts';

/** One server of Raft's configuration (http-core.md §17). */
export const RaftServer = struct('RaftServer', {
  ID: str,
  Node: str,
  Address: str,
  Leader: bool,
  ProtocolVersion: str,
  Voter: bool,
  LastIndex: uint,
});
export type RaftServer = TypeOf<typeof RaftServer>;

export const RaftConfigurationResponse = struct('RaftConfigurationResponse', {Servers: list(RaftServer), Index: uint});
export type RaftConfigurationResponse = TypeOf<typeof RaftConfigurationResponse>;

export const RaftRemovePeerRequest = struct('RaftRemovePeerRequest', {Datacenter: str, Address: str, ID: str, ...embed(WriteRequest)});
export type RaftRemovePeerRequest = TypeOf<typeof RaftRemovePeerRequest>;

/** What the leader may do with servers by itself. In JSON the durations are texts. */
export const AutopilotConfig = struct('AutopilotConfig', {
  CleanupDeadServers: bool,
  LastContactThreshold: durationString,
  MaxTrailingLogs: uint,
  MinQuorum: plainUint,
  ServerStabilizationTime: durationString,
  RedundancyZoneTag: str,
  DisableUpgradeMigration: bool,
  UpgradeVersionTag: str,
  ...embed(RaftIndex),
});
export type AutopilotConfig = TypeOf<typeof AutopilotConfig>;

/** What holds until an operator says otherwise, and for what they leave out. */
export const autopilotDefaults: AutopilotConfig = AutopilotConfig.make({
  CleanupDeadServers: true,
  LastContactThreshold: 200e6,
  MaxTrailingLogs: 250,
  ServerStabilizationTime: 10e9,
});

export const AutopilotSetConfigRequest = struct('AutopilotSetConfigRequest', {
  Datacenter: str,
  Config: AutopilotConfig,
  CAS: bool,
  ...embed(WriteRequest),
});
export type AutopilotSetConfigRequest = TypeOf<typeof AutopilotSetConfigRequest>;

/** Serf's numbers for the state of a member. */
export const serfStatusNames = ['none', 'alive', 'leaving', 'left', 'failed'] as const;

export const AutopilotServerHealth = struct('AutopilotServerHealth', {
  ID: str,
  Name: str,
  Address: str,
  SerfStatus: int,
  Version: str,
  Leader: bool,
  LastContact: duration,
  LastTerm: uint,
  LastIndex: uint,
  Healthy: bool,
  Voter: bool,
  StableSince: time,
});
export type AutopilotServerHealth = TypeOf<typeof AutopilotServerHealth>;

export const AutopilotHealthReply = struct('AutopilotHealthReply', {
  Healthy: bool,
  FailureTolerance: int,
  Servers: list(AutopilotServerHealth),
});
export type AutopilotHealthReply = TypeOf<typeof AutopilotHealthReply>;
