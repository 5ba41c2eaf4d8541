import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Command, command} from '../fsm/command.ts';
import {type ProtoMessage} from '../schema/protobuf.ts';
import {
  type Peering, peeringState, peeringWriteMessage, type PeeringTrustBundle, type PeeringWriteRequest, peerNameMessage, secretsWriteMessage, terminateMessage, trustBundleWriteMessage,
} from './schema.ts';
import {applySecrets} from './secrets.ts';
import {peeringByName, Peerings, PeeringSecretsTable, PeeringTrustBundles} from './state.ts';

type Result = ConsulError | null;

/** Types 35 to 40 of the log, whose bodies are protobuf (rpc-raft.md §15). */
export const peeringCommands: readonly Command[] = [
  entry(35, 'PeeringWrite', peeringWriteMessage, applyWrite),
  entry(36, 'PeeringDelete', peerNameMessage, (context, {Name}) => deletePeering(context, Name)),
  entry(37, 'PeeringTerminateByID', terminateMessage, (context, {ID}) => terminate(context, ID)),
  entry(38, 'PeeringTrustBundleWrite', trustBundleWriteMessage, (context, {PeeringTrustBundle: bundle}) => (bundle === null ? null : writeTrustBundle(context, bundle))),
  entry(39, 'PeeringTrustBundleDelete', peerNameMessage, ({tx, index}, {Name}) => {
    if (tx.delete(PeeringTrustBundles, Name.toLowerCase()) !== undefined) tx.setIndex(PeeringTrustBundles.name, index);
    return null;
  }),
  entry(40, 'PeeringSecretsWrite', secretsWriteMessage, applySecrets),
];

function entry<Body extends object>(type: number, name: string, message: ProtoMessage<Body>, apply: (context: ApplyContext, body: Body) => Result): Command {
  return command<Body>({type, name, decode: (body) => message.decode(body), apply});
}

/** A peering and its secrets in one write: both, or nothing. */
function applyWrite(context: ApplyContext, {Peering: peering, SecretsRequest}: PeeringWriteRequest): Result {
  if (peering === null) return new ConsulError('missing peering');
  const savepoint = context.tx.savepoint();
  const refused = writePeering(context, peering) ?? (SecretsRequest === null ? null : applySecrets(context, SecretsRequest));
  if (refused !== null) savepoint.rollback();
  return refused;
}

function writePeering({tx, index}: ApplyContext, peering: Peering): Result {
  const existing = peeringByName(tx, peering.Name);
  if (existing !== undefined && existing.ID !== peering.ID) {
    return new ConsulError(`A peering already exists with the name ${JSON.stringify(peering.Name)} and a different ID ${JSON.stringify(existing.ID)}`);
  }
  if (existing === undefined && peering.State === peeringState.deleting) return new ConsulError('cannot create a new peering marked for deletion');
  const isEnding = existing?.State === peeringState.deleting && peering.State !== peeringState.deleting;
  if (isEnding) return new ConsulError('cannot edit a peering that is marked for deletion');
  tx.put(Peerings, {
    ...peering,
    State: peering.State === peeringState.undefined ? (existing?.State ?? peeringState.pending) : peering.State,
    CreateIndex: existing?.CreateIndex ?? index,
    ModifyIndex: index,
  });
  tx.setIndex(Peerings.name, index);
  return null;
}

/** The last step of a deletion, once nothing is left that was imported from the peer. */
function deletePeering({tx, index}: ApplyContext, name: string): Result {
  const peering = peeringByName(tx, name);
  if (peering === undefined) return null;
  if (peering.State !== peeringState.deleting) return new ConsulError('cannot delete a peering without first marking for deletion');
  tx.delete(Peerings, peering.ID);
  tx.delete(PeeringSecretsTable, peering.ID);
  tx.setIndex(Peerings.name, index);
  return null;
}

/** The other side gave it up. */
function terminate({tx, index}: ApplyContext, id: string): Result {
  const peering = tx.get(Peerings, id);
  if (peering === undefined) return null;
  tx.put(Peerings, {...peering, State: peeringState.terminated, ModifyIndex: index});
  tx.setIndex(Peerings.name, index);
  return null;
}

/** What the peer proves itself by; its peering shows it too. */
function writeTrustBundle({tx, index}: ApplyContext, bundle: PeeringTrustBundle): Result {
  const CreateIndex = tx.get(PeeringTrustBundles, PeeringTrustBundles.keyOf(bundle))?.CreateIndex ?? index;
  tx.put(PeeringTrustBundles, {...bundle, CreateIndex, ModifyIndex: index});
  tx.setIndex(PeeringTrustBundles.name, index);
  const peering = peeringByName(tx, bundle.PeerName);
  if (peering === undefined) return null;
  tx.put(Peerings, {...peering, PeerCAPems: bundle.RootPEMs, ModifyIndex: index});
  tx.setIndex(Peerings.name, index);
  return null;
}
