import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, int, list, map, nullable, str, time} from '../../schema/types.ts';
import {entryEnd} from './entry-parts.ts';

export const IntentionJWTClaimVerification = struct('IntentionJWTClaimVerification', {Path: list(str).omitEmpty(), Value: str.omitEmpty()});
export type IntentionJWTClaimVerification = TypeOf<typeof IntentionJWTClaimVerification>;
export const IntentionJWTProvider = struct('IntentionJWTProvider', {
  Name: str.omitEmpty(),
  VerifyClaims: list(nullable(IntentionJWTClaimVerification)).omitEmpty(),
});
export type IntentionJWTProvider = TypeOf<typeof IntentionJWTProvider>;
export const IntentionJWTRequirement = struct('IntentionJWTRequirement', {Providers: list(nullable(IntentionJWTProvider)).omitEmpty()});
export type IntentionJWTRequirement = TypeOf<typeof IntentionJWTRequirement>;

export const IntentionHTTPHeaderPermission = struct('IntentionHTTPHeaderPermission', {
  Name: str,
  Present: bool.omitEmpty(),
  Exact: str.omitEmpty(),
  Prefix: str.omitEmpty(),
  Suffix: str.omitEmpty(),
  Contains: str.omitEmpty(),
  Regex: str.omitEmpty(),
  Invert: bool.omitEmpty(),
  IgnoreCase: bool.omitEmpty(),
});
export type IntentionHTTPHeaderPermission = TypeOf<typeof IntentionHTTPHeaderPermission>;
export const IntentionHTTPPermission = struct('IntentionHTTPPermission', {
  PathExact: str.omitEmpty(),
  PathPrefix: str.omitEmpty(),
  PathRegex: str.omitEmpty(),
  Header: list(IntentionHTTPHeaderPermission).omitEmpty(),
  Methods: list(str).omitEmpty(),
});
export type IntentionHTTPPermission = TypeOf<typeof IntentionHTTPPermission>;
export const IntentionPermission = struct('IntentionPermission', {
  Action: str,
  HTTP: nullable(IntentionHTTPPermission).omitEmpty(),
  JWT: nullable(IntentionJWTRequirement).omitEmpty(),
});
export type IntentionPermission = TypeOf<typeof IntentionPermission>;

/** Who may, or may not, reach the service that the entry is named for (mesh.md §4). */
export const SourceIntention = struct('SourceIntention', {
  Name: str,
  Action: str.omitEmpty(),
  Permissions: list(nullable(IntentionPermission)).omitEmpty(),
  Precedence: int,
  LegacyID: str.omitEmpty(),
  Type: str,
  Description: str.omitEmpty(),
  LegacyMeta: map(str).omitEmpty(),
  LegacyCreateTime: nullable(time).omitEmpty(),
  LegacyUpdateTime: nullable(time).omitEmpty(),
  Peer: str.omitEmpty(),
  SamenessGroup: str.omitEmpty(),
});
export type SourceIntention = TypeOf<typeof SourceIntention>;

/** `service-intentions`: all intentions of one destination. */
export const ServiceIntentionsConfigEntry = struct('ServiceIntentionsConfigEntry', {
  Kind: str,
  Name: str,
  Sources: list(nullable(SourceIntention)),
  JWT: nullable(IntentionJWTRequirement).omitEmpty(),
  ...entryEnd,
});
export type ServiceIntentionsConfigEntry = TypeOf<typeof ServiceIntentionsConfigEntry>;
