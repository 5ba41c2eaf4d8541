import {type Method} from '../rpc/method.ts';
import {DCSpecificRequest} from '../schema/rpc-common.ts';
import {bool as protoBool, message, text} from '../schema/protobuf.ts';
import {struct} from '../schema/struct.ts';
import {bool} from '../schema/types.ts';
import {AutopilotState} from './autopilot-state-schema.ts';
import {AutopilotConfig, AutopilotHealthReply, AutopilotSetConfigRequest, RaftConfigurationResponse, RaftRemovePeerRequest} from './schema.ts';
import {OperatorUsageRequest, Usage} from './usage-schema.ts';

/** An answer or a request without fields. */
const Nothing = struct('Nothing', {}, {goType: 'struct {}'});
type Nothing = Readonly<Record<never, never>>;

/** Operator.* (rpc-raft.md §8). */
export const raftGetConfiguration: Method<DCSpecificRequest, RaftConfigurationResponse> = {
  name: 'Operator.RaftGetConfiguration', kind: 'read', request: DCSpecificRequest, response: RaftConfigurationResponse};
export const raftRemovePeerByAddress: Method<RaftRemovePeerRequest, Nothing> = {
  name: 'Operator.RaftRemovePeerByAddress', kind: 'write', request: RaftRemovePeerRequest, response: Nothing};
export const raftRemovePeerById: Method<RaftRemovePeerRequest, Nothing> = {
  name: 'Operator.RaftRemovePeerByID', kind: 'write', request: RaftRemovePeerRequest, response: Nothing};

const transferRequest = message(() => ({ID: ''}), (field) => [field(1, 'ID', text)]);
const transferResponse = message(() => ({success: false}), (field) => [field(1, 'success', protoBool)]);

/** Consul's agents ask this of each other over gRPC; within one server it is a method like the others. */
export const raftTransferLeader: Method<RaftRemovePeerRequest, Nothing> = {
  name: 'Operator.TransferLeader',
  kind: 'write',
  request: RaftRemovePeerRequest,
  response: Nothing,
  grpc: {
    path: '/hashicorp.consul.internal.operator.OperatorService/TransferLeader',
    encodeRequest: ({ID}) => transferRequest.encode({ID}),
    decodeRequest: (bytes, Token) => RaftRemovePeerRequest.make({...transferRequest.decode(bytes), Token}),
    encodeResponse: () => transferResponse.encode({success: true}),
    decodeResponse: () => Nothing.zero(),
    tokenOf: ({Token}) => Token,
  },
};
export const autopilotGetConfiguration: Method<DCSpecificRequest, AutopilotConfig> = {
  name: 'Operator.AutopilotGetConfiguration', kind: 'read', request: DCSpecificRequest, response: AutopilotConfig};
export const autopilotSetConfiguration: Method<AutopilotSetConfigRequest, boolean> = {
  name: 'Operator.AutopilotSetConfiguration', kind: 'write', request: AutopilotSetConfigRequest, response: bool};
export const serverHealth: Method<DCSpecificRequest, AutopilotHealthReply> = {
  name: 'Operator.ServerHealth', kind: 'read', request: DCSpecificRequest, response: AutopilotHealthReply};
export const autopilotState: Method<DCSpecificRequest, AutopilotState> = {
  name: 'Operator.AutopilotState', kind: 'read', request: DCSpecificRequest, response: AutopilotState};
export const operatorUsage: Method<OperatorUsageRequest, Usage> = {
  name: 'Operator.Usage', kind: 'read', request: OperatorUsageRequest, response: Usage};
