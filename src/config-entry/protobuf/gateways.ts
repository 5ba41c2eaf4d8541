import {wireType} from '../../wire/protobuf-writer.ts';
import {bool, duration, message, nested, nullableNested, type ProtoCodec, repeated, signed, text, textMap, unsigned} from '../../schema/protobuf.ts';
import {enumeration, packedNumbers, timestamp, uint64} from '../../schema/protobuf-values.ts';
import {type TypeOf} from '../../schema/struct.ts';
import {
  APIGatewayConfigEntry, APIGatewayListener, APIGatewayPolicy, APIGatewayTLSConfiguration, BoundAPIGatewayConfigEntry, BoundAPIGatewayListener, Condition,
  FileSystemCertificateConfigEntry, HTTPFilters, HTTPHeaderFilter, HTTPHeaderMatch, HTTPMatch, HTTPPathMatch, HTTPQueryMatch, HTTPResponseFilters, HTTPRouteConfigEntry,
  HTTPRouteRule, HTTPService, InlineCertificateConfigEntry, RetryFilter, Status, TCPRouteConfigEntry, TCPService, TimeoutFilter, URLRewrite,
} from '../entries/api-gateway.ts';
import {type ResourceReference} from '../entries/entry-parts.ts';
import {
  GatewayServiceTLSConfig, GatewayTLSConfig, GatewayTLSSDSConfig, IngressGatewayConfigEntry, IngressListener, IngressService, IngressServiceConfig,
} from '../entries/gateways.ts';
import {headerModifiers, passiveHealthCheck, resourceReference, texts, textsByKey} from './parts.ts';

/** Entries about gateways, and what leads through them. */

const discovery = message(() => GatewayTLSSDSConfig.zero(), (field) => [field(1, 'ClusterName', text), field(2, 'CertResource', text)]);
const gatewayTls = message(() => GatewayTLSConfig.zero(), (field) => [
  field(1, 'Enabled', bool),
  field(2, 'SDS', nullableNested(discovery)),
  field(3, 'TLSMinVersion', text),
  field(4, 'TLSMaxVersion', text),
  field(5, 'CipherSuites', texts),
]);
const gatewayServiceTls = message(() => GatewayServiceTLSConfig.zero(), (field) => [field(1, 'SDS', nullableNested(discovery))]);

const ingressService = message(() => IngressService.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Hosts', texts),
  field(3, 'TLS', nullableNested(gatewayServiceTls)),
  field(4, 'RequestHeaders', nullableNested(headerModifiers)),
  field(5, 'ResponseHeaders', nullableNested(headerModifiers)),
  field(6, 'Meta', textsByKey),
  field.empty(7),
  field(8, 'MaxConnections', unsigned),
  field(9, 'MaxPendingRequests', unsigned),
  field(10, 'MaxConcurrentRequests', unsigned),
  field(11, 'PassiveHealthCheck', nullableNested(passiveHealthCheck)),
]);
const ingressListener = message(() => IngressListener.zero(), (field) => [
  field(1, 'Port', signed),
  field(2, 'Protocol', text),
  field(3, 'Services', repeated(nested(ingressService))),
  field(4, 'TLS', nullableNested(gatewayTls)),
]);
const ingressDefaults = message(() => IngressServiceConfig.zero(), (field) => [
  field(1, 'MaxConnections', unsigned),
  field(2, 'MaxPendingRequests', unsigned),
  field(3, 'MaxConcurrentRequests', unsigned),
  field(4, 'PassiveHealthCheck', nullableNested(passiveHealthCheck)),
]);

export const ingressGateway = message(() => IngressGatewayConfigEntry.zero(), (field) => [
  field(1, 'TLS', nested(gatewayTls)),
  field(2, 'Listeners', repeated(nested(ingressListener))),
  field(3, 'Meta', textsByKey),
  field(4, 'Defaults', nullableNested(ingressDefaults)),
  field(5, 'Hash', uint64),
]);

const condition = message(() => Condition.zero(), (field) => [
  field(1, 'Type', text),
  field(2, 'Status', text),
  field(3, 'Reason', text),
  field(4, 'Message', text),
  field(5, 'Resource', nullableNested(resourceReference)),
  field(6, 'LastTransitionTime', timestamp),
]);
const status = message(() => Status.zero(), (field) => [field(1, 'Conditions', repeated(nested(condition)))]);

const listenerTls = message(() => APIGatewayTLSConfiguration.zero(), (field) => [
  field(1, 'Certificates', repeated(nested(resourceReference))),
  field(2, 'MinVersion', text),
  field(3, 'MaxVersion', text),
  field(4, 'CipherSuites', texts),
]);
const policy = message(() => APIGatewayPolicy.zero(), (field) => [field.empty(1)]);
const listener = message(() => APIGatewayListener.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Hostname', text),
  field(3, 'Port', signed),
  field(4, 'Protocol', enumeration(['http', 'tcp'])),
  field(5, 'TLS', nested(listenerTls)),
  field(6, 'Override', nullableNested(policy)),
  field(7, 'Default', nullableNested(policy)),
]);

export const apiGateway = message(() => APIGatewayConfigEntry.zero(), (field) => [
  field(1, 'Meta', textsByKey),
  field(2, 'Listeners', repeated(nested(listener))),
  field(3, 'Status', nested(status)),
  field(4, 'Hash', uint64),
]);

const references = repeated(nested(resourceReference));

type Reference = TypeOf<typeof ResourceReference>;
interface Routes {
  References: readonly Reference[] | null;
}

/** Before the references 1.21.4 writes as many empty messages, which say nothing. */
const afterAsManyEmpty: ProtoCodec<readonly Reference[] | null> = {
  ...references,
  writeAll: (writer, field, value) => {
    for (let left = value?.length ?? 0; left > 0; left--) {
      writer.writeTag(field, wireType.bytes);
      writer.writeVarint(0);
    }
    references.writeAll?.(writer, field, value);
  },
  read: (reader, before) => {
    const [reference] = references.read(reader, null) ?? [];
    return reference === undefined || reference.Name === '' ? before : [...(before ?? []), reference];
  },
};
const routes = message<Routes>(() => ({References: null}), (field) => [field(1, 'References', afterAsManyEmpty)]);
const routesCodec = nested(routes);

const routesOfService: ProtoCodec<readonly Reference[] | null> = {
  type: wireType.bytes,
  isDefault: () => false,
  write: (writer, value) => routesCodec.write(writer, {References: value}),
  read: (reader) => routesCodec.read(reader, routes.zero()).References,
};

const boundListener = message(() => BoundAPIGatewayListener.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Certificates', references),
  field(3, 'Routes', references),
]);

export const boundApiGateway = message(() => BoundAPIGatewayConfigEntry.zero(), (field) => [
  field(1, 'Meta', textsByKey),
  field(2, 'Listeners', repeated(nested(boundListener))),
  field(3, 'Services', textMap(routesOfService, () => null)),
  field(4, 'Hash', uint64),
]);

const tcpService = message(() => TCPService.zero(), (field) => [field(1, 'Name', text), field.empty(2)]);

export const tcpRoute = message(() => TCPRouteConfigEntry.zero(), (field) => [
  field(1, 'Meta', textsByKey),
  field(2, 'Parents', references),
  field(3, 'Services', repeated(nested(tcpService))),
  field(4, 'Status', nested(status)),
  field(5, 'Hash', uint64),
]);

const headerFilter = message(() => HTTPHeaderFilter.zero(), (field) => [field(1, 'Add', textsByKey), field(2, 'Remove', texts), field(3, 'Set', textsByKey)]);
const urlRewrite = message(() => URLRewrite.zero(), (field) => [field(1, 'Path', text)]);
const retryFilter = message(() => RetryFilter.zero(), (field) => [
  field(1, 'NumRetries', unsigned),
  field(2, 'RetryOn', texts),
  field(3, 'RetryOnStatusCodes', packedNumbers),
  field(4, 'RetryOnConnectFailure', bool),
]);
const timeoutFilter = message(() => TimeoutFilter.zero(), (field) => [field(1, 'RequestTimeout', duration), field(2, 'IdleTimeout', duration)]);
const filters = message(() => HTTPFilters.zero(), (field) => [
  field(1, 'Headers', repeated(nested(headerFilter))),
  field(2, 'URLRewrite', nullableNested(urlRewrite)),
  field(3, 'RetryFilter', nullableNested(retryFilter)),
  field(4, 'TimeoutFilter', nullableNested(timeoutFilter)),
  field.empty(5),
]);
const responseFilters = message(() => HTTPResponseFilters.zero(), (field) => [field(1, 'Headers', repeated(nested(headerFilter)))]);

const headerMatch = message(() => HTTPHeaderMatch.zero(), (field) => [
  field(1, 'Match', enumeration(['exact', 'prefix', 'present', 'regex', 'suffix'])),
  field(2, 'Name', text),
  field(3, 'Value', text),
]);
const pathMatch = message(() => HTTPPathMatch.zero(), (field) => [field(1, 'Match', enumeration(['exact', 'prefix', null, 'regex'])), field(2, 'Value', text)]);
const queryMatch = message(() => HTTPQueryMatch.zero(), (field) => [
  field(1, 'Match', enumeration(['exact', 'present', null, 'regex'])),
  field(2, 'Name', text),
  field(3, 'Value', text),
]);
const methods = ['', 'CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'];
const httpMatch = message(() => HTTPMatch.zero(), (field) => [
  field(1, 'Headers', repeated(nested(headerMatch))),
  field(2, 'Method', enumeration(methods)),
  field(3, 'Path', nested(pathMatch)),
  field(4, 'Query', repeated(nested(queryMatch))),
]);
const httpService = message(() => HTTPService.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Weight', signed),
  field(3, 'Filters', nested(filters)),
  field.empty(4),
  field(5, 'ResponseFilters', nested(responseFilters)),
]);
const httpRule = message(() => HTTPRouteRule.zero(), (field) => [
  field(1, 'Filters', nested(filters)),
  field(2, 'Matches', repeated(nested(httpMatch))),
  field(3, 'Services', repeated(nested(httpService))),
  field(4, 'ResponseFilters', nested(responseFilters)),
]);

export const httpRoute = message(() => HTTPRouteConfigEntry.zero(), (field) => [
  field(1, 'Meta', textsByKey),
  field(2, 'Parents', references),
  field(3, 'Rules', repeated(nested(httpRule))),
  field(4, 'Hostnames', texts),
  field(5, 'Status', nested(status)),
  field(6, 'Hash', uint64),
]);

/** Certificates in an entry and in files have the same fields. */
const certificate = (type: typeof InlineCertificateConfigEntry) =>
  message(() => type.zero(), (field) => [field(1, 'Meta', textsByKey), field(2, 'Certificate', text), field(3, 'PrivateKey', text), field(4, 'Hash', uint64)]);

export const inlineCertificate = certificate(InlineCertificateConfigEntry);
export const fileSystemCertificate = certificate(FileSystemCertificateConfigEntry);
