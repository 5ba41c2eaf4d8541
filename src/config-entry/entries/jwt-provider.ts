import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, bytes, durationString, int, list, nullable, str} from '../../schema/types.ts';
import {entryEnd} from './entry-parts.ts';

const JWKSTLSCertificate = struct('JWKSTLSCertificate', {
  CaCertificateProviderInstance: nullable(
    struct('JWKSTLSCertProviderInstance', {InstanceName: str.omitEmpty(), CertificateName: str.omitEmpty()}),
  ).omitEmpty(),
  TrustedCA: nullable(
    struct('JWKSTLSCertTrustedCA', {
      Filename: str.omitEmpty(),
      EnvironmentVariable: str.omitEmpty(),
      InlineString: str.omitEmpty(),
      InlineBytes: bytes.omitEmpty(),
    }),
  ).omitEmpty(),
});
const JWKSCluster = struct('JWKSCluster', {
  DiscoveryType: str.omitEmpty(),
  TLSCertificates: nullable(JWKSTLSCertificate).omitEmpty(),
  ConnectTimeout: durationString.omitEmpty(),
});
const JWKSRetryPolicy = struct('JWKSRetryPolicy', {
  NumRetries: int.omitEmpty(),
  RetryPolicyBackOff: nullable(
    struct('RetryPolicyBackOff', {BaseInterval: durationString.omitEmpty(), MaxInterval: durationString.omitEmpty()}),
  ).omitEmpty(),
});
const RemoteJWKS = struct('RemoteJWKS', {
  URI: str.omitEmpty(),
  RequestTimeoutMs: int.omitEmpty(),
  CacheDuration: durationString.omitEmpty(),
  FetchAsynchronously: bool.omitEmpty(),
  UseSNI: bool.omitEmpty(),
  RetryPolicy: nullable(JWKSRetryPolicy).omitEmpty(),
  JWKSCluster: nullable(JWKSCluster).omitEmpty(),
});
const JSONWebKeySet = struct('JSONWebKeySet', {
  Local: nullable(struct('LocalJWKS', {JWKS: str.omitEmpty(), Filename: str.omitEmpty()})).omitEmpty(),
  Remote: nullable(RemoteJWKS).omitEmpty(),
});
const JWTLocation = struct('JWTLocation', {
  Header: nullable(struct('JWTLocationHeader', {Name: str.omitEmpty(), ValuePrefix: str.omitEmpty(), Forward: bool.omitEmpty()})).omitEmpty(),
  QueryParam: nullable(struct('JWTLocationQueryParam', {Name: str.omitEmpty()})).omitEmpty(),
  Cookie: nullable(struct('JWTLocationCookie', {Name: str.omitEmpty()})).omitEmpty(),
});

/** `jwt-provider`: who issues tokens that intentions may ask for, and how they are checked (mesh.md §6). */
export const JWTProviderConfigEntry = struct('JWTProviderConfigEntry', {
  Kind: str,
  Name: str,
  JSONWebKeySet: nullable(JSONWebKeySet).omitEmpty(),
  Issuer: str.omitEmpty(),
  Audiences: list(str).omitEmpty(),
  Locations: list(nullable(JWTLocation)).omitEmpty(),
  Forwarding: nullable(struct('JWTForwardingConfig', {HeaderName: str.omitEmpty(), PadForwardPayloadHeader: bool.omitEmpty()})).omitEmpty(),
  ClockSkewSeconds: int.omitEmpty(),
  CacheConfig: nullable(struct('JWTCacheConfig', {Size: int.omitEmpty()})).omitEmpty(),
  ...entryEnd,
});
export type JWTProviderConfigEntry = TypeOf<typeof JWTProviderConfigEntry>;
