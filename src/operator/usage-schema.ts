import {DCSpecificRequest, QueryMeta} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, map} from '../schema/types.ts';

/** What a datacenter's catalog holds, in numbers. */
export const ServiceUsage = struct('ServiceUsage', {
  Services: int,
  ServiceInstances: int,
  ConnectServiceInstances: map(int),
  BillableServiceInstances: int,
  Nodes: int,
});
export type ServiceUsage = TypeOf<typeof ServiceUsage>;

/** By datacenter: the asked one, or all of them. */
export const Usage = struct('Usage', {Usage: map(ServiceUsage), ...embed(QueryMeta)});
export type Usage = TypeOf<typeof Usage>;

export const OperatorUsageRequest = struct('OperatorUsageRequest', {...embed(DCSpecificRequest), Global: bool});
export type OperatorUsageRequest = TypeOf<typeof OperatorUsageRequest>;
