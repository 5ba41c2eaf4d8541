import {hashBool, hashInt, hashList, hashMap, hashPointer, hashString, hashStruct, hashTime} from '../structural-hash.ts';
import {
  type IntentionHTTPHeaderPermission, type IntentionHTTPPermission, type IntentionJWTClaimVerification, type IntentionJWTProvider,
  type IntentionJWTRequirement, type IntentionPermission, type ServiceIntentionsConfigEntry, type SourceIntention,
} from './intentions.ts';

const claim = hashStruct<IntentionJWTClaimVerification>('IntentionJWTClaimVerification', {Path: hashList(hashString), Value: hashString});
const provider = hashStruct<IntentionJWTProvider>('IntentionJWTProvider', {Name: hashString, VerifyClaims: hashList(hashPointer(claim))});
const requirement = hashStruct<IntentionJWTRequirement>('IntentionJWTRequirement', {Providers: hashList(hashPointer(provider))});
const header = hashStruct<IntentionHTTPHeaderPermission>('IntentionHTTPHeaderPermission', {
  Name: hashString, Present: hashBool, Exact: hashString, Prefix: hashString, Suffix: hashString, Contains: hashString, Regex: hashString,
  Invert: hashBool, IgnoreCase: hashBool,
});
const http = hashStruct<IntentionHTTPPermission>('IntentionHTTPPermission', {
  PathExact: hashString, PathPrefix: hashString, PathRegex: hashString, Header: hashList(header), Methods: hashList(hashString),
});
const permission = hashStruct<IntentionPermission>('IntentionPermission', {Action: hashString, HTTP: hashPointer(http), JWT: hashPointer(requirement)});
const source = hashStruct<SourceIntention>(
  'SourceIntention',
  {
    Name: hashString, Action: hashString, Permissions: hashList(hashPointer(permission)), Precedence: hashInt, LegacyID: hashString, Type: hashString,
    Description: hashString, LegacyMeta: hashMap(hashString), LegacyCreateTime: hashPointer(hashTime), LegacyUpdateTime: hashPointer(hashTime),
    Peer: hashString, SamenessGroup: hashString,
  },
  true,
);

/** The `Hash` of an entry of intentions: the one kind that servers put together while they apply a log entry. */
export const hashServiceIntentions = hashStruct<ServiceIntentionsConfigEntry>(
  'ServiceIntentionsConfigEntry',
  {Kind: hashString, Name: hashString, Sources: hashList(hashPointer(source)), JWT: hashPointer(requirement), Meta: hashMap(hashString)},
  true,
);
