import {RaftIndex} from '../../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../../schema/struct.ts';
import {durationString, int, list, map, nullable, str, uint32, uint64} from '../../schema/types.ts';

/** What entries of most kinds end with. `Hash` is a number over the entry's contents, made by the leader. */
export const entryEnd = {Meta: map(str).omitEmpty(), Hash: uint64, ...embed(RaftIndex)};

export const HTTPHeaderModifiers = struct('HTTPHeaderModifiers', {
  Add: map(str).omitEmpty(),
  Set: map(str).omitEmpty(),
  Remove: list(str).omitEmpty(),
});

export const PassiveHealthCheck = struct('PassiveHealthCheck', {
  Interval: durationString.omitEmpty(),
  MaxFailures: uint32.omitEmpty(),
  EnforcingConsecutive5xx: nullable(uint32),
  MaxEjectionPercent: nullable(uint32),
  BaseEjectionTime: nullable(durationString),
});

/** Another entry, or one of its listeners. */
export const ResourceReference = struct('ResourceReference', {Kind: str, Name: str, SectionName: str});
export type ResourceReference = TypeOf<typeof ResourceReference>;

/** A service by its name, where Consul Enterprise has namespaces too. */
export const ServiceName = struct('ServiceName', {Name: str});
export type ServiceName = TypeOf<typeof ServiceName>;

export const PeeredServiceName = struct('PeeredServiceName', {ServiceName, Peer: str});
export type PeeredServiceName = TypeOf<typeof PeeredServiceName>;

/** Where requests go when all instances of a service fail, by regions of their nodes (Consul Enterprise). */
export const ServiceResolverFailoverPolicy = struct('ServiceResolverFailoverPolicy', {Mode: str.omitEmpty(), Regions: list(str).omitEmpty()});
export const ServiceResolverPrioritizeByLocality = struct('ServiceResolverPrioritizeByLocality', {Mode: str.omitEmpty()});

export const UpstreamLimits = struct('UpstreamLimits', {
  MaxConnections: nullable(int),
  MaxPendingRequests: nullable(int),
  MaxConcurrentRequests: nullable(int),
});
