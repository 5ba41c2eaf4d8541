import {RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {any, bool, int, list, map, nullable, str, time, uint} from '../schema/types.ts';

/** A root certificate of the mesh (mesh.md). */
export const CARoot = struct('CARoot', {
  ID: str,
  Name: str,
  SerialNumber: uint,
  SigningKeyID: str,
  ExternalTrustDomain: str,
  NotBefore: time,
  NotAfter: time,
  RootCert: str,
  IntermediateCerts: list(str),
  SigningCert: str.omitEmpty(),
  SigningKey: str.omitEmpty(),
  Active: bool,
  RotatedOutAt: time.json(false),
  PrivateKeyType: str,
  PrivateKeyBits: int,
  ...embed(RaftIndex),
});
export type CARoot = TypeOf<typeof CARoot>;

export const CAConfiguration = struct('CAConfiguration', {
  ClusterID: str.json(false),
  Provider: str,
  Config: map(any),
  State: map(str),
  ForceWithoutCrossSigning: bool,
  ...embed(RaftIndex),
});
export type CAConfiguration = TypeOf<typeof CAConfiguration>;

/** What the built-in CA keeps for itself: its key above all. */
export const CAConsulProviderState = struct('CAConsulProviderState', {
  ID: str,
  PrivateKey: str,
  RootCert: str,
  IntermediateCert: str,
  ...embed(RaftIndex),
});
export type CAConsulProviderState = TypeOf<typeof CAConsulProviderState>;

export const CARequest = struct('CARequest', {
  Op: str,
  Datacenter: str,
  Index: uint,
  Roots: list(CARoot),
  Config: nullable(CAConfiguration),
  ProviderState: nullable(CAConsulProviderState),
  ...embed(WriteRequest),
});
export type CARequest = TypeOf<typeof CARequest>;

export const CALeafRequest = struct('CALeafRequest', {Op: str, Datacenter: str, ...embed(WriteRequest)});
export type CALeafRequest = TypeOf<typeof CALeafRequest>;
