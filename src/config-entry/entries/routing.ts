import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, duration, durationString, float32, list, map, nullable, str, uint32, uint64} from '../../schema/types.ts';
import {entryEnd, HTTPHeaderModifiers, ServiceResolverFailoverPolicy, ServiceResolverPrioritizeByLocality} from './entry-parts.ts';

export const ServiceRouteHTTPMatchHeader = struct('ServiceRouteHTTPMatchHeader', {
  Name: str,
  Present: bool.omitEmpty(),
  Exact: str.omitEmpty(),
  Prefix: str.omitEmpty(),
  Suffix: str.omitEmpty(),
  Regex: str.omitEmpty(),
  Invert: bool.omitEmpty(),
});
export const ServiceRouteHTTPMatchQueryParam = struct('ServiceRouteHTTPMatchQueryParam', {
  Name: str,
  Present: bool.omitEmpty(),
  Exact: str.omitEmpty(),
  Regex: str.omitEmpty(),
});
export const ServiceRouteHTTPMatch = struct('ServiceRouteHTTPMatch', {
  PathExact: str.omitEmpty(),
  PathPrefix: str.omitEmpty(),
  PathRegex: str.omitEmpty(),
  CaseInsensitive: bool.omitEmpty(),
  Header: list(ServiceRouteHTTPMatchHeader).omitEmpty(),
  QueryParam: list(ServiceRouteHTTPMatchQueryParam).omitEmpty(),
  Methods: list(str).omitEmpty(),
});
export const ServiceRouteMatch = struct('ServiceRouteMatch', {HTTP: nullable(ServiceRouteHTTPMatch).omitEmpty()});

export const ServiceRouteDestination = struct('ServiceRouteDestination', {
  Service: str.omitEmpty(),
  ServiceSubset: str.omitEmpty(),
  Namespace: str.omitEmpty(),
  Partition: str.omitEmpty(),
  PrefixRewrite: str.omitEmpty(),
  RequestTimeout: durationString.omitEmpty(),
  IdleTimeout: durationString.omitEmpty(),
  NumRetries: uint32.omitEmpty(),
  RetryOnConnectFailure: bool.omitEmpty(),
  RetryOn: list(str).omitEmpty(),
  RetryOnStatusCodes: list(uint32).omitEmpty(),
  RequestHeaders: nullable(HTTPHeaderModifiers).omitEmpty(),
  ResponseHeaders: nullable(HTTPHeaderModifiers).omitEmpty(),
});

export const ServiceRoute = struct('ServiceRoute', {
  Match: nullable(ServiceRouteMatch).omitEmpty(),
  Destination: nullable(ServiceRouteDestination).omitEmpty(),
});

/** `service-router`: which requests to a service go where instead (mesh.md §6). */
export const ServiceRouterConfigEntry = struct('ServiceRouterConfigEntry', {
  Kind: str,
  Name: str,
  Routes: list(ServiceRoute),
  ...entryEnd,
});
export type ServiceRouterConfigEntry = TypeOf<typeof ServiceRouterConfigEntry>;

export const ServiceSplit = struct('ServiceSplit', {
  Weight: float32,
  Service: str.omitEmpty(),
  ServiceSubset: str.omitEmpty(),
  Namespace: str.omitEmpty(),
  Partition: str.omitEmpty(),
  RequestHeaders: nullable(HTTPHeaderModifiers).omitEmpty(),
  ResponseHeaders: nullable(HTTPHeaderModifiers).omitEmpty(),
});

/** `service-splitter`: how many of a service's requests go where. */
export const ServiceSplitterConfigEntry = struct('ServiceSplitterConfigEntry', {
  Kind: str,
  Name: str,
  Splits: list(ServiceSplit),
  ...entryEnd,
});
export type ServiceSplitterConfigEntry = TypeOf<typeof ServiceSplitterConfigEntry>;

export const ServiceResolverSubset = struct('ServiceResolverSubset', {Filter: str.omitEmpty(), OnlyPassing: bool.omitEmpty()});

export const ServiceResolverRedirect = struct('ServiceResolverRedirect', {
  Service: str.omitEmpty(),
  ServiceSubset: str.omitEmpty(),
  Namespace: str.omitEmpty(),
  Partition: str.omitEmpty(),
  Datacenter: str.omitEmpty(),
  Peer: str.omitEmpty(),
  SamenessGroup: str.omitEmpty(),
});
export type ServiceResolverRedirect = TypeOf<typeof ServiceResolverRedirect>;

export const ServiceResolverFailoverTarget = struct('ServiceResolverFailoverTarget', {
  Service: str.omitEmpty(),
  ServiceSubset: str.omitEmpty(),
  Partition: str.omitEmpty(),
  Namespace: str.omitEmpty(),
  Datacenter: str.omitEmpty(),
  Peer: str.omitEmpty(),
});

export const ServiceResolverFailover = struct('ServiceResolverFailover', {
  Service: str.omitEmpty(),
  ServiceSubset: str.omitEmpty(),
  Namespace: str.omitEmpty(),
  Datacenters: list(str).omitEmpty(),
  Targets: list(ServiceResolverFailoverTarget).omitEmpty(),
  Policy: nullable(ServiceResolverFailoverPolicy).omitEmpty(),
  SamenessGroup: str.omitEmpty(),
});
export type ServiceResolverFailover = TypeOf<typeof ServiceResolverFailover>;

export const CookieConfig = struct('CookieConfig', {Session: bool.omitEmpty(), TTL: duration.omitEmpty(), Path: str.omitEmpty()});
export const HashPolicy = struct('HashPolicy', {
  Field: str.omitEmpty(),
  FieldValue: str.omitEmpty(),
  CookieConfig: nullable(CookieConfig).omitEmpty(),
  SourceIP: bool.omitEmpty(),
  Terminal: bool.omitEmpty(),
});
export const RingHashConfig = struct('RingHashConfig', {MinimumRingSize: uint64.omitEmpty(), MaximumRingSize: uint64.omitEmpty()});
export const LeastRequestConfig = struct('LeastRequestConfig', {ChoiceCount: uint32.omitEmpty()});
export const LoadBalancer = struct('LoadBalancer', {
  Policy: str.omitEmpty(),
  RingHashConfig: nullable(RingHashConfig).omitEmpty(),
  LeastRequestConfig: nullable(LeastRequestConfig).omitEmpty(),
  HashPolicies: list(HashPolicy).omitEmpty(),
});

/** `service-resolver`: which instances stand for a service, and who stands in for them (mesh.md §6). */
export const ServiceResolverConfigEntry = struct('ServiceResolverConfigEntry', {
  Kind: str,
  Name: str,
  DefaultSubset: str.omitEmpty(),
  Subsets: map(ServiceResolverSubset).omitEmpty(),
  Redirect: nullable(ServiceResolverRedirect).omitEmpty(),
  Failover: map(ServiceResolverFailover).omitEmpty(),
  PrioritizeByLocality: nullable(ServiceResolverPrioritizeByLocality).omitEmpty(),
  ConnectTimeout: durationString.omitEmpty(),
  RequestTimeout: durationString.omitEmpty(),
  LoadBalancer: nullable(LoadBalancer).omitEmpty(),
  ...entryEnd,
});
export type ServiceResolverConfigEntry = TypeOf<typeof ServiceResolverConfigEntry>;
