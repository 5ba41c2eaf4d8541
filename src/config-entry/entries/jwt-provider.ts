import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, bytes, durationString, int, list, nullable, str} from '../../schema/types.ts';
import {entryEnd} from './entry-parts.ts';

export const JWKSTLSCertProviderInstance = struct('JWKSTLSCertProviderInstance', {InstanceName: str.omitEmpty(), CertificateName: str.omitEmpty()});
export const JWKSTLSCertTrustedCA = struct('JWKSTLSCertTrustedCA', {
  Filename: str.omitEmpty(),
  EnvironmentVariable: str.omitEmpty(),
  InlineString: str.omitEmpty(),
  InlineBytes: bytes.omitEmpty(),
});
export const JWKSTLSCertificate = struct('JWKSTLSCertificate', {
  CaCertificateProviderInstance: nullable(JWKSTLSCertProviderInstance).omitEmpty(),
  TrustedCA: nullable(JWKSTLSCertTrustedCA).omitEmpty(),
});
export const JWKSCluster = struct('JWKSCluster', {
  DiscoveryType: str.omitEmpty(),
  TLSCertificates: nullable(JWKSTLSCertificate).omitEmpty(),
  ConnectTimeout: durationString.omitEmpty(),
});
export const RetryPolicyBackOff = struct('RetryPolicyBackOff', {BaseInterval: durationString.omitEmpty(), MaxInterval: durationString.omitEmpty()});
export const JWKSRetryPolicy = struct('JWKSRetryPolicy', {
  NumRetries: int.omitEmpty(),
  RetryPolicyBackOff: nullable(RetryPolicyBackOff).omitEmpty(),
});
export const RemoteJWKS = struct('RemoteJWKS', {
  URI: str.omitEmpty(),
  RequestTimeoutMs: int.omitEmpty(),
  CacheDuration: durationString.omitEmpty(),
  FetchAsynchronously: bool.omitEmpty(),
  UseSNI: bool.omitEmpty(),
  RetryPolicy: nullable(JWKSRetryPolicy).omitEmpty(),
  JWKSCluster: nullable(JWKSCluster).omitEmpty(),
});
export const LocalJWKS = struct('LocalJWKS', {JWKS: str.omitEmpty(), Filename: str.omitEmpty()});
export const JSONWebKeySet = struct('JSONWebKeySet', {
  Local: nullable(LocalJWKS).omitEmpty(),
  Remote: nullable(RemoteJWKS).omitEmpty(),
});
export const JWTLocationHeader = struct('JWTLocationHeader', {Name: str.omitEmpty(), ValuePrefix: str.omitEmpty(), Forward: bool.omitEmpty()});
export const JWTLocationQueryParam = struct('JWTLocationQueryParam', {Name: str.omitEmpty()});
export const JWTLocationCookie = struct('JWTLocationCookie', {Name: str.omitEmpty()});
export const JWTLocation = struct('JWTLocation', {
  Header: nullable(JWTLocationHeader).omitEmpty(),
  QueryParam: nullable(JWTLocationQueryParam).omitEmpty(),
  Cookie: nullable(JWTLocationCookie).omitEmpty(),
});

export const JWTForwardingConfig = struct('JWTForwardingConfig', {HeaderName: str.omitEmpty(), PadForwardPayloadHeader: bool.omitEmpty()});
export const JWTCacheConfig = struct('JWTCacheConfig', {Size: int.omitEmpty()});
/** `jwt-provider`: who issues tokens that intentions may ask for, and how they are checked (mesh.md §6). */
export const JWTProviderConfigEntry = struct('JWTProviderConfigEntry', {
  Kind: str,
  Name: str,
  JSONWebKeySet: nullable(JSONWebKeySet).omitEmpty(),
  Issuer: str.omitEmpty(),
  Audiences: list(str).omitEmpty(),
  Locations: list(nullable(JWTLocation)).omitEmpty(),
  Forwarding: nullable(JWTForwardingConfig).omitEmpty(),
  ClockSkewSeconds: int.omitEmpty(),
  CacheConfig: nullable(JWTCacheConfig).omitEmpty(),
  ...entryEnd,
});
export type JWTProviderConfigEntry = TypeOf<typeof JWTProviderConfigEntry>;
