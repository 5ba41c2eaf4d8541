import {expect, test} from 'vitest';
import {type ProtoMessage} from '../../src/schema/protobuf.ts';
import {
  Peering, peeringState, peeringWriteMessage, PeeringTrustBundle, peerNameMessage, type SecretsWriteRequest, SecretsWriteRequest as Secrets, secretsWriteMessage, terminateMessage,
  trustBundleWriteMessage,
} from '../../src/peering/schema.ts';
import {peeringByName, PeeringSecretsTable, PeeringTrustBundles} from '../../src/peering/state.ts';
import {Applying} from '../fsm/applying.ts';

const apply = <Body extends object>(applying: Applying, type: number, message: ProtoMessage<Body>, body: Body) => applying.applyBytes(Buffer.concat([Buffer.of(type), message.encode(body)]));
const write = (applying: Applying, peering: Partial<Peering>, secrets: Partial<SecretsWriteRequest> | null = null) =>
  apply(applying, 35, peeringWriteMessage, {Peering: Peering.make(peering), SecretsRequest: secrets === null ? null : Secrets.make({PeerID: peering.ID ?? '', ...secrets})});
const secretsOf = (applying: Applying) => applying.view.get(PeeringSecretsTable, 'id');

test('a peering begins as pending, with the secret of its token', async () => {
  const applying = new Applying();
  expect(await write(applying, {ID: 'id', Name: 'East'}, {GenerateToken: {EstablishmentSecret: 'e'}})).toBeNull();
  expect(peeringByName(applying.view, 'east')).toMatchObject({State: peeringState.pending, CreateIndex: 1, ModifyIndex: 1});
  expect(secretsOf(applying)).toEqual({PeerID: 'id', Establishment: {SecretID: 'e'}, Stream: null});
  expect(await write(applying, {ID: 'other', Name: 'east'})).toBeInstanceOf(Error);
});

test('the secret of the token is exchanged once for one of the stream', async () => {
  const applying = new Applying();
  await write(applying, {ID: 'id', Name: 'east'}, {GenerateToken: {EstablishmentSecret: 'e'}});
  const step = (more: Partial<SecretsWriteRequest>) => apply(applying, 40, secretsWriteMessage, Secrets.make({PeerID: 'id', ...more}));
  expect(await step({ExchangeSecret: {EstablishmentSecret: 'wrong', PendingStreamSecret: 's'}})).toBeInstanceOf(Error);
  expect(await step({ExchangeSecret: {EstablishmentSecret: 'e', PendingStreamSecret: 's'}})).toBeNull();
  expect(await step({ExchangeSecret: {EstablishmentSecret: 'e', PendingStreamSecret: 't'}})).toBeInstanceOf(Error);
  expect(await step({PromotePending: {ActiveStreamSecret: 's'}})).toBeNull();
  expect(secretsOf(applying)).toEqual({PeerID: 'id', Establishment: null, Stream: {ActiveSecretID: 's', PendingSecretID: ''}});
});

test('a refused secret refuses the peering that came with it', async () => {
  const applying = new Applying();
  expect(await write(applying, {ID: 'id', Name: 'east'}, {PromotePending: {ActiveStreamSecret: 's'}})).toBeInstanceOf(Error);
  expect(peeringByName(applying.view, 'east')).toBeUndefined();
  expect(applying.view.indexOf('peering')).toBe(0);
});

test('the peer’s roots show in its peering', async () => {
  const applying = new Applying();
  await write(applying, {ID: 'id', Name: 'east'});
  await apply(applying, 38, trustBundleWriteMessage, {PeeringTrustBundle: PeeringTrustBundle.make({PeerName: 'east', TrustDomain: 't', RootPEMs: ['pem']})});
  expect(peeringByName(applying.view, 'east')).toMatchObject({PeerCAPems: ['pem'], ModifyIndex: 2});
  await apply(applying, 39, peerNameMessage, {Name: 'east', Partition: ''});
  expect(applying.view.size(PeeringTrustBundles)).toBe(0);
  expect(applying.view.indexOf('peering-trust-bundles')).toBe(3);
});

test('a peering goes only once it is marked for deletion, with its secrets', async () => {
  const applying = new Applying();
  await write(applying, {ID: 'id', Name: 'east'}, {GenerateToken: {EstablishmentSecret: 'e'}});
  const remove = () => apply(applying, 36, peerNameMessage, {Name: 'east', Partition: 'default'});
  expect(await remove()).toBeInstanceOf(Error);
  await apply(applying, 37, terminateMessage, {ID: 'id'});
  expect(peeringByName(applying.view, 'east')?.State).toBe(peeringState.terminated);
  await write(applying, {ID: 'id', Name: 'east', State: peeringState.deleting});
  expect(await remove()).toBeNull();
  expect([peeringByName(applying.view, 'east'), secretsOf(applying)]).toEqual([undefined, undefined]);
});
