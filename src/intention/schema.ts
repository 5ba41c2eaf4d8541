import {IntentionJWTRequirement, IntentionPermission, SourceIntention} from '../config-entry/entries/intentions.ts';
import {ServiceName} from '../config-entry/entries/entry-parts.ts';
import {RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {binary, int, list, map, nullable, str, time} from '../schema/types.ts';

/** One intention, as the API shows it and as servers before 1.9 kept it (mesh.md §4). */
export const Intention = struct('Intention', {
  ID: str.omitEmpty(),
  Description: str.omitEmpty(),
  SourceNS: str,
  SourceName: str,
  DestinationNS: str,
  DestinationName: str,
  SourcePartition: str.omitEmpty(),
  DestinationPartition: str.omitEmpty(),
  SourcePeer: str.omitEmpty(),
  SourceSamenessGroup: str.omitEmpty(),
  SourceType: str,
  Action: str.omitEmpty(),
  Permissions: list(nullable(IntentionPermission)).omitEmpty(),
  JWT: nullable(IntentionJWTRequirement).omitEmpty(),
  DefaultAddr: str.json(false),
  DefaultPort: int.json(false),
  Meta: map(str).omitEmpty(),
  Precedence: int,
  CreatedAt: time,
  UpdatedAt: time,
  Hash: binary.omitEmpty(),
  ...embed(RaftIndex),
});
export type Intention = TypeOf<typeof Intention>;

/** A change of one source in the configuration entry of a destination. */
export const IntentionMutation = struct('IntentionMutation', {
  /** The old id of the source, where it is changed by that. */
  ID: str,
  Destination: ServiceName,
  Source: ServiceName,
  Value: nullable(SourceIntention),
});
export type IntentionMutation = TypeOf<typeof IntentionMutation>;

/** Log entry 12. */
export const IntentionRequest = struct('IntentionRequest', {
  Datacenter: str,
  Op: str,
  Intention: nullable(Intention),
  Mutation: nullable(IntentionMutation),
  ...embed(WriteRequest),
});
export type IntentionRequest = TypeOf<typeof IntentionRequest>;
