import {message, nullableNested, repeated, signed, text, textMap, unsigned} from '../schema/protobuf.ts';
import {RaftIndex} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {int, list, map, nullable, str} from '../schema/types.ts';

/** How far a peering has come (rpc-raft.md §10). */
export const peeringState = {undefined: 0, pending: 1, establishing: 2, active: 3, failing: 4, deleting: 5, terminated: 6} as const;

const Timestamp = struct('Timestamp', {Seconds: int, Nanos: int}, {goType: 'timestamppb.Timestamp'});
const RemoteInfo = struct('RemoteInfo', {Partition: str, Datacenter: str}, {goType: 'pbpeering.RemoteInfo'});

/** Another cluster that services are exchanged with (mesh.md §12). */
export const Peering = struct(
  'Peering',
  {
    ID: str,
    Name: str,
    Partition: str.omitEmpty(),
    DeletedAt: nullable(Timestamp).omitEmpty(),
    Meta: map(str).omitEmpty(),
    State: int,
    PeerID: str.omitEmpty(),
    PeerCAPems: list(str).omitEmpty(),
    PeerServerName: str.omitEmpty(),
    PeerServerAddresses: list(str).omitEmpty(),
    Remote: nullable(RemoteInfo).omitEmpty(),
    ManualServerAddresses: list(str).omitEmpty(),
    ...embed(RaftIndex),
  },
  {goType: 'pbpeering.Peering'},
);
export type Peering = TypeOf<typeof Peering>;

/** The roots by which a peer's services prove who they are. */
export const PeeringTrustBundle = struct(
  'PeeringTrustBundle',
  {TrustDomain: str, PeerName: str, Partition: str.omitEmpty(), RootPEMs: list(str), ExportedPartition: str.omitEmpty(), ...embed(RaftIndex)},
  {goType: 'pbpeering.PeeringTrustBundle'},
);
export type PeeringTrustBundle = TypeOf<typeof PeeringTrustBundle>;

const Establishment = struct('Establishment', {SecretID: str}, {goType: 'pbpeering.PeeringSecrets_Establishment'});
const Stream = struct('Stream', {ActiveSecretID: str, PendingSecretID: str}, {goType: 'pbpeering.PeeringSecrets_Stream'});

/** By what the two clusters know each other: first the secret of the token, then that of the stream, which changes hands once. */
export const PeeringSecrets = struct(
  'PeeringSecrets',
  {PeerID: str, Establishment: nullable(Establishment), Stream: nullable(Stream)},
  {goType: 'pbpeering.PeeringSecrets'},
);
export type PeeringSecrets = TypeOf<typeof PeeringSecrets>;

const GenerateToken = struct('GenerateToken', {EstablishmentSecret: str});
const ExchangeSecret = struct('ExchangeSecret', {EstablishmentSecret: str, PendingStreamSecret: str});
const PromotePending = struct('PromotePending', {ActiveStreamSecret: str});
const Establish = struct('Establish', {ActiveStreamSecret: str});

/** One of four steps in the life of the secrets. */
export const SecretsWriteRequest = struct('SecretsWriteRequest', {
  PeerID: str,
  GenerateToken: nullable(GenerateToken),
  ExchangeSecret: nullable(ExchangeSecret),
  PromotePending: nullable(PromotePending),
  Establish: nullable(Establish),
});
export type SecretsWriteRequest = TypeOf<typeof SecretsWriteRequest>;

export const PeeringWriteRequest = struct('PeeringWriteRequest', {Peering: nullable(Peering), SecretsRequest: nullable(SecretsWriteRequest)});
export type PeeringWriteRequest = TypeOf<typeof PeeringWriteRequest>;

/** A peering or a trust bundle by its name. */
export const PeerNameRequest = struct('PeerNameRequest', {Name: str, Partition: str});
export type PeerNameRequest = TypeOf<typeof PeerNameRequest>;

export const PeeringTerminateByIDRequest = struct('PeeringTerminateByIDRequest', {ID: str});
export type PeeringTerminateByIDRequest = TypeOf<typeof PeeringTerminateByIDRequest>;

export const PeeringTrustBundleWriteRequest = struct('PeeringTrustBundleWriteRequest', {PeeringTrustBundle: nullable(PeeringTrustBundle)});
export type PeeringTrustBundleWriteRequest = TypeOf<typeof PeeringTrustBundleWriteRequest>;

const texts = repeated(text);

/** Their forms in protobuf, in which they are in the log and in snapshots. */
export const peeringMessage = message<Peering>(() => Peering.zero(), (field) => [
  field(1, 'ID', text),
  field(2, 'Name', text),
  field(3, 'Partition', text),
  field(4, 'DeletedAt', nullableNested(message<TypeOf<typeof Timestamp>>(() => Timestamp.zero(), (part) => [part(1, 'Seconds', signed), part(2, 'Nanos', signed)]))),
  field(5, 'Meta', textMap(text, () => '')),
  field(6, 'State', signed),
  field(7, 'PeerID', text),
  field(8, 'PeerCAPems', texts),
  field(9, 'PeerServerName', text),
  field(10, 'PeerServerAddresses', texts),
  field(11, 'CreateIndex', unsigned),
  field(12, 'ModifyIndex', unsigned),
  field(17, 'Remote', nullableNested(message<TypeOf<typeof RemoteInfo>>(() => RemoteInfo.zero(), (part) => [part(1, 'Partition', text), part(2, 'Datacenter', text)]))),
  field(18, 'ManualServerAddresses', texts),
]);

export const trustBundleMessage = message<PeeringTrustBundle>(() => PeeringTrustBundle.zero(), (field) => [
  field(1, 'TrustDomain', text),
  field(2, 'PeerName', text),
  field(3, 'Partition', text),
  field(4, 'RootPEMs', texts),
  field(5, 'ExportedPartition', text),
  field(6, 'CreateIndex', unsigned),
  field(7, 'ModifyIndex', unsigned),
]);

export const secretsMessage = message<PeeringSecrets>(() => PeeringSecrets.zero(), (field) => [
  field(1, 'PeerID', text),
  field(2, 'Establishment', nullableNested(message<TypeOf<typeof Establishment>>(() => Establishment.zero(), (part) => [part(1, 'SecretID', text)]))),
  field(3, 'Stream', nullableNested(message<TypeOf<typeof Stream>>(() => Stream.zero(), (part) => [part(1, 'ActiveSecretID', text), part(2, 'PendingSecretID', text)]))),
]);

export const secretsWriteMessage = message<SecretsWriteRequest>(() => SecretsWriteRequest.zero(), (field) => [
  field(1, 'PeerID', text),
  field(2, 'GenerateToken', nullableNested(message<TypeOf<typeof GenerateToken>>(() => GenerateToken.zero(), (part) => [part(1, 'EstablishmentSecret', text)]))),
  field(3, 'ExchangeSecret', nullableNested(message<TypeOf<typeof ExchangeSecret>>(() => ExchangeSecret.zero(), (part) => [part(1, 'EstablishmentSecret', text), part(2, 'PendingStreamSecret', text)]))),
  field(4, 'PromotePending', nullableNested(message<TypeOf<typeof PromotePending>>(() => PromotePending.zero(), (part) => [part(1, 'ActiveStreamSecret', text)]))),
  field(5, 'Establish', nullableNested(message<TypeOf<typeof Establish>>(() => Establish.zero(), (part) => [part(1, 'ActiveStreamSecret', text)]))),
]);

export const peeringWriteMessage = message<PeeringWriteRequest>(() => PeeringWriteRequest.zero(), (field) => [
  field(1, 'Peering', nullableNested(peeringMessage)),
  field(2, 'SecretsRequest', nullableNested(secretsWriteMessage)),
]);

export const peerNameMessage = message<PeerNameRequest>(() => PeerNameRequest.zero(), (field) => [field(1, 'Name', text), field(2, 'Partition', text)]);

export const terminateMessage = message<PeeringTerminateByIDRequest>(() => PeeringTerminateByIDRequest.zero(), (field) => [field(1, 'ID', text)]);

export const trustBundleWriteMessage = message<PeeringTrustBundleWriteRequest>(() => PeeringTrustBundleWriteRequest.zero(), (field) => [
  field(1, 'PeeringTrustBundle', nullableNested(trustBundleMessage)),
]);
