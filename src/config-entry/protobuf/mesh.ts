import {bool, duration, message, nested, nullableNested, repeated, signed, text} from '../../schema/protobuf.ts';
import {byteString, enumeration, pointer, uint64} from '../../schema/protobuf-values.ts';
import {
  JSONWebKeySet, JWKSCluster, JWKSRetryPolicy, JWKSTLSCertificate, JWKSTLSCertProviderInstance, JWKSTLSCertTrustedCA, JWTCacheConfig, JWTForwardingConfig, JWTLocation,
  JWTLocationCookie, JWTLocationHeader, JWTLocationQueryParam, JWTProviderConfigEntry, LocalJWKS, RemoteJWKS, RetryPolicyBackOff,
} from '../entries/jwt-provider.ts';
import {
  ExportedService, ExportedServicesConfigEntry, MeshConfigEntry, MeshDirectionalHTTPConfig, MeshDirectionalTLSConfig, MeshHTTPConfig, MeshTLSConfig, PeeringMeshConfig,
  RequestNormalizationMeshConfig, ServiceConsumer, TransparentProxyMeshConfig,
} from '../entries/mesh.ts';
import {texts, textsByKey} from './parts.ts';

/** Entries about the mesh as a whole: how it is, who vouches for callers, what peers see. */

const transparentProxy = message(() => TransparentProxyMeshConfig.zero(), (field) => [field(1, 'MeshDestinationsOnly', bool)]);

const directionalTls = message(() => MeshDirectionalTLSConfig.zero(), (field) => [
  field(1, 'TLSMinVersion', text),
  field(2, 'TLSMaxVersion', text),
  field(3, 'CipherSuites', texts),
]);
const meshTls = message(() => MeshTLSConfig.zero(), (field) => [
  field(1, 'Incoming', nullableNested(directionalTls)),
  field(2, 'Outgoing', nullableNested(directionalTls)),
]);

const slashes = ['IMPLEMENTATION_SPECIFIC_DEFAULT', 'KEEP_UNCHANGED', 'REJECT_REQUEST', 'UNESCAPE_AND_REDIRECT', 'UNESCAPE_AND_FORWARD'];
const normalization = message(() => RequestNormalizationMeshConfig.zero(), (field) => [
  field(1, 'InsecureDisablePathNormalization', bool),
  field(2, 'MergeSlashes', bool),
  field(3, 'PathWithEscapedSlashesAction', enumeration(slashes)),
  field(4, 'HeadersWithUnderscoresAction', enumeration(['ALLOW', 'REJECT_REQUEST', 'DROP_HEADER'])),
]);
const directionalHttp = message(() => MeshDirectionalHTTPConfig.zero(), (field) => [field(1, 'RequestNormalization', nullableNested(normalization))]);
const meshHttp = message(() => MeshHTTPConfig.zero(), (field) => [
  field(1, 'SanitizeXForwardedClientCert', bool),
  field(2, 'Incoming', nullableNested(directionalHttp)),
]);

const meshPeering = message(() => PeeringMeshConfig.zero(), (field) => [field(1, 'PeerThroughMeshGateways', bool)]);

export const mesh = message(() => MeshConfigEntry.zero(), (field) => [
  field(1, 'TransparentProxy', nested(transparentProxy)),
  field(2, 'TLS', nullableNested(meshTls)),
  field(3, 'HTTP', nullableNested(meshHttp)),
  field(4, 'Meta', textsByKey),
  field(5, 'Peering', nullableNested(meshPeering)),
  field(6, 'AllowEnablingPermissiveMutualTLS', bool),
  field(7, 'Hash', uint64),
  field(8, 'ValidateClusters', bool),
]);

const localKeys = message(() => LocalJWKS.zero(), (field) => [field(1, 'JWKS', text), field(2, 'Filename', text)]);

const backOff = message(() => RetryPolicyBackOff.zero(), (field) => [field(1, 'BaseInterval', duration), field(2, 'MaxInterval', duration)]);
const retryPolicy = message(() => JWKSRetryPolicy.zero(), (field) => [field(1, 'NumRetries', signed), field(2, 'RetryPolicyBackOff', nullableNested(backOff))]);

const providerInstance = message(() => JWKSTLSCertProviderInstance.zero(), (field) => [field(1, 'InstanceName', text), field(2, 'CertificateName', text)]);
const trustedCa = message(() => JWKSTLSCertTrustedCA.zero(), (field) => [
  field(1, 'Filename', text),
  field(2, 'EnvironmentVariable', text),
  field(3, 'InlineString', text),
  field(4, 'InlineBytes', byteString),
]);
const keysCertificate = message(() => JWKSTLSCertificate.zero(), (field) => [
  field(1, 'CaCertificateProviderInstance', nullableNested(providerInstance)),
  field(2, 'TrustedCA', nullableNested(trustedCa)),
]);
const keysCluster = message(() => JWKSCluster.zero(), (field) => [
  field(1, 'DiscoveryType', text),
  field(2, 'TLSCertificates', nullableNested(keysCertificate)),
  field(3, 'ConnectTimeout', duration),
]);

const remoteKeys = message(() => RemoteJWKS.zero(), (field) => [
  field(1, 'URI', text),
  field(2, 'RequestTimeoutMs', signed),
  field(3, 'CacheDuration', duration),
  field(4, 'FetchAsynchronously', bool),
  field(5, 'RetryPolicy', nullableNested(retryPolicy)),
  field(6, 'JWKSCluster', nullableNested(keysCluster)),
  field(7, 'UseSNI', bool),
]);
const keySet = message(() => JSONWebKeySet.zero(), (field) => [field(1, 'Local', nullableNested(localKeys)), field(2, 'Remote', nullableNested(remoteKeys))]);

const headerLocation = message(() => JWTLocationHeader.zero(), (field) => [field(1, 'Name', text), field(2, 'ValuePrefix', text), field(3, 'Forward', bool)]);
const parameterLocation = message(() => JWTLocationQueryParam.zero(), (field) => [field(1, 'Name', text)]);
const cookieLocation = message(() => JWTLocationCookie.zero(), (field) => [field(1, 'Name', text)]);
const location = message(() => JWTLocation.zero(), (field) => [
  field(1, 'Header', nullableNested(headerLocation)),
  field(2, 'QueryParam', nullableNested(parameterLocation)),
  field(3, 'Cookie', nullableNested(cookieLocation)),
]);

const forwarding = message(() => JWTForwardingConfig.zero(), (field) => [field(1, 'HeaderName', text), field(2, 'PadForwardPayloadHeader', bool)]);
const cache = message(() => JWTCacheConfig.zero(), (field) => [field(1, 'Size', signed)]);

export const jwtProvider = message(() => JWTProviderConfigEntry.zero(), (field) => [
  field(1, 'JSONWebKeySet', nullableNested(keySet)),
  field(2, 'Issuer', text),
  field(3, 'Audiences', texts),
  field(4, 'Locations', repeated(pointer(location))),
  field(5, 'Forwarding', nullableNested(forwarding)),
  field(6, 'CacheConfig', nullableNested(cache)),
  field(7, 'Meta', textsByKey),
  field(8, 'ClockSkewSeconds', signed),
  field(9, 'Hash', uint64),
]);

const consumer = message(() => ServiceConsumer.zero(), (field) => [field(1, 'Partition', text), field(2, 'Peer', text), field(3, 'SamenessGroup', text)]);
const exportedService = message(() => ExportedService.zero(), (field) => [
  field(1, 'Name', text),
  field(2, 'Namespace', text),
  field(3, 'Consumers', repeated(nested(consumer))),
]);

export const exportedServices = message(() => ExportedServicesConfigEntry.zero(), (field) => [
  field(3, 'Meta', textsByKey),
  field(4, 'Hash', uint64),
  field(5, 'Services', repeated(nested(exportedService))),
]);
