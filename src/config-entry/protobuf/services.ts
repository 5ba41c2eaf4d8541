import {envoyExtensionMessage, exposeMessage, transparentProxyMessage} from '../../catalog/protobuf.ts';
import {bool, duration, message, nested, nullableNested, repeated, signed, text, textMap, unsigned} from '../../schema/protobuf.ts';
import {enumeration, pointer, signedOrNull, timestamp, uint64} from '../../schema/protobuf-values.ts';
import {ServiceResolverFailoverPolicy, ServiceResolverPrioritizeByLocality, UpstreamLimits} from '../entries/entry-parts.ts';
import {IntentionHTTPHeaderPermission, IntentionHTTPPermission, IntentionPermission, ServiceIntentionsConfigEntry, SourceIntention} from '../entries/intentions.ts';
import {
  CookieConfig, HashPolicy, LeastRequestConfig, LoadBalancer, RingHashConfig, ServiceResolverConfigEntry, ServiceResolverFailover, ServiceResolverFailoverTarget,
  ServiceResolverRedirect, ServiceResolverSubset,
} from '../entries/routing.ts';
import {
  DestinationConfig, InstanceLevelRateLimits, InstanceLevelRouteRateLimits, RateLimits, ServiceConfigEntry, UpstreamConfig, UpstreamConfiguration,
} from '../entries/service-defaults.ts';
import {jwtRequirement, meshGateway, passiveHealthCheck, texts, textsByKey} from './parts.ts';

/** Entries about a service: its defaults, where its name leads, who may call it. */

const upstreamLimits = message(() => UpstreamLimits.zero(), (field) => [
  field(1, 'MaxConnections', signedOrNull),
  field(2, 'MaxPendingRequests', signedOrNull),
  field(3, 'MaxConcurrentRequests', signedOrNull),
]);

const upstreamConfig = message(() => UpstreamConfig.zero(), (field) => [
  field(1, 'Name', text),
  field.empty(2),
  field(3, 'EnvoyListenerJSON', text),
  field(4, 'EnvoyClusterJSON', text),
  field(5, 'Protocol', text),
  field(6, 'ConnectTimeoutMs', signed),
  field(7, 'Limits', nullableNested(upstreamLimits)),
  field(8, 'PassiveHealthCheck', nullableNested(passiveHealthCheck)),
  field(9, 'MeshGateway', nested(meshGateway)),
  field(10, 'BalanceOutboundConnections', text),
  field(11, 'Peer', text),
]);

const upstreamConfiguration = message(() => UpstreamConfiguration.zero(), (field) => [
  field(1, 'Overrides', repeated(pointer(upstreamConfig))),
  field(2, 'Defaults', nullableNested(upstreamConfig)),
]);

const destination = message(() => DestinationConfig.zero(), (field) => [field(1, 'Addresses', texts), field(2, 'Port', signed)]);

const routeRateLimits = message(() => InstanceLevelRouteRateLimits.zero(), (field) => [
  field(1, 'PathExact', text),
  field(2, 'PathPrefix', text),
  field(3, 'PathRegex', text),
  field(4, 'RequestsPerSecond', signed),
  field(5, 'RequestsMaxBurst', signed),
]);
const instanceRateLimits = message(() => InstanceLevelRateLimits.zero(), (field) => [
  field(1, 'RequestsPerSecond', signed),
  field(2, 'RequestsMaxBurst', signed),
  field(3, 'Routes', repeated(nested(routeRateLimits))),
]);
const rateLimits = message(() => RateLimits.zero(), (field) => [field(1, 'InstanceLevel', nested(instanceRateLimits))]);

export const serviceDefaults = message(() => ServiceConfigEntry.zero(), (field) => [
  field(1, 'Protocol', text),
  field(2, 'Mode', enumeration(['', 'transparent', 'direct'])),
  field(3, 'TransparentProxy', nested(transparentProxyMessage)),
  field(4, 'MeshGateway', nested(meshGateway)),
  field(5, 'Expose', nested(exposeMessage)),
  field(6, 'ExternalSNI', text),
  field(7, 'UpstreamConfig', nullableNested(upstreamConfiguration)),
  field(8, 'Destination', nullableNested(destination)),
  field(9, 'MaxInboundConnections', signed),
  field(10, 'LocalConnectTimeoutMs', signed),
  field(11, 'LocalRequestTimeoutMs', signed),
  field(12, 'BalanceInboundConnections', text),
  field(13, 'Meta', textsByKey),
  field(14, 'EnvoyExtensions', repeated(nested(envoyExtensionMessage))),
  field(15, 'MutualTLSMode', enumeration(['', 'strict', 'permissive'])),
  field(16, 'RateLimits', nullableNested(rateLimits)),
  field(17, 'Hash', uint64),
]);

const subset = message(() => ServiceResolverSubset.zero(), (field) => [field(1, 'Filter', text), field(2, 'OnlyPassing', bool)]);

const redirect = message(() => ServiceResolverRedirect.zero(), (field) => [
  field(1, 'Service', text),
  field(2, 'ServiceSubset', text),
  field(3, 'Namespace', text),
  field(4, 'Partition', text),
  field(5, 'Datacenter', text),
  field(6, 'Peer', text),
  field(7, 'SamenessGroup', text),
]);

const failoverTarget = message(() => ServiceResolverFailoverTarget.zero(), (field) => [
  field(1, 'Service', text),
  field(2, 'ServiceSubset', text),
  field(3, 'Partition', text),
  field(4, 'Namespace', text),
  field(5, 'Datacenter', text),
  field(6, 'Peer', text),
]);

const failoverPolicy = message(() => ServiceResolverFailoverPolicy.zero(), (field) => [field(1, 'Mode', text), field(2, 'Regions', texts)]);

const failover = message(() => ServiceResolverFailover.zero(), (field) => [
  field(1, 'Service', text),
  field(2, 'ServiceSubset', text),
  field(3, 'Namespace', text),
  field(4, 'Datacenters', texts),
  field(5, 'Targets', repeated(nested(failoverTarget))),
  field(6, 'Policy', nullableNested(failoverPolicy)),
  field(7, 'SamenessGroup', text),
]);

const cookie = message(() => CookieConfig.zero(), (field) => [field(1, 'Session', bool), field(2, 'TTL', duration), field(3, 'Path', text)]);
const hashPolicy = message(() => HashPolicy.zero(), (field) => [
  field(1, 'Field', text),
  field(2, 'FieldValue', text),
  field(3, 'CookieConfig', nullableNested(cookie)),
  field(4, 'SourceIP', bool),
  field(5, 'Terminal', bool),
]);
const ringHash = message(() => RingHashConfig.zero(), (field) => [field(1, 'MinimumRingSize', uint64), field(2, 'MaximumRingSize', uint64)]);
const leastRequest = message(() => LeastRequestConfig.zero(), (field) => [field(1, 'ChoiceCount', unsigned)]);
const loadBalancer = message(() => LoadBalancer.zero(), (field) => [
  field(1, 'Policy', text),
  field(2, 'RingHashConfig', nullableNested(ringHash)),
  field(3, 'LeastRequestConfig', nullableNested(leastRequest)),
  field(4, 'HashPolicies', repeated(nested(hashPolicy))),
]);

const byLocality = message(() => ServiceResolverPrioritizeByLocality.zero(), (field) => [field(1, 'Mode', text)]);

export const serviceResolver = message(() => ServiceResolverConfigEntry.zero(), (field) => [
  field(1, 'DefaultSubset', text),
  field(2, 'Subsets', textMap(nested(subset), () => subset.zero())),
  field(3, 'Redirect', nullableNested(redirect)),
  field(4, 'Failover', textMap(nested(failover), () => failover.zero())),
  field(5, 'ConnectTimeout', duration),
  field(6, 'LoadBalancer', nullableNested(loadBalancer)),
  field(7, 'Meta', textsByKey),
  field(8, 'RequestTimeout', duration),
  field(9, 'PrioritizeByLocality', nullableNested(byLocality)),
  field(10, 'Hash', uint64),
]);

const action = enumeration(['deny', 'allow']);

const headerPermission = message(() => IntentionHTTPHeaderPermission.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Present', bool),
  field(3, 'Exact', text),
  field(4, 'Prefix', text),
  field(5, 'Suffix', text),
  field(6, 'Regex', text),
  field(7, 'Invert', bool),
  field(8, 'Contains', text),
  field(9, 'IgnoreCase', bool),
]);

const httpPermission = message(() => IntentionHTTPPermission.zero(), (field) => [
  field(1, 'PathExact', text),
  field(2, 'PathPrefix', text),
  field(3, 'PathRegex', text),
  field(4, 'Header', repeated(nested(headerPermission))),
  field(5, 'Methods', texts),
]);

const permission = message(() => IntentionPermission.zero(), (field) => [
  field(1, 'Action', action),
  field(2, 'HTTP', nullableNested(httpPermission)),
  field(3, 'JWT', jwtRequirement),
]);

const sourceIntention = message(() => SourceIntention.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Action', action),
  field(3, 'Permissions', repeated(pointer(permission))),
  field(4, 'Precedence', signed),
  field(5, 'LegacyID', text),
  field(6, 'Type', enumeration(['consul'])),
  field(7, 'Description', text),
  field(8, 'LegacyMeta', textsByKey),
  field(9, 'LegacyCreateTime', timestamp),
  field(10, 'LegacyUpdateTime', timestamp),
  field.empty(11),
  field(12, 'Peer', text),
  field(13, 'SamenessGroup', text),
]);

export const serviceIntentions = message(() => ServiceIntentionsConfigEntry.zero(), (field) => [
  field(1, 'Sources', repeated(pointer(sourceIntention))),
  field(2, 'Meta', textsByKey),
  field(3, 'JWT', jwtRequirement),
  field(4, 'Hash', uint64),
]);
