import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {PeeringSecrets, type SecretsWriteRequest} from './schema.ts';
import {Peerings, PeeringSecretsTable} from './state.ts';

/** One step in the life of a peering's secrets (mesh.md §12). */
export function applySecrets({tx}: ApplyContext, request: SecretsWriteRequest): ConsulError | null {
  if (request.PeerID === '') return new ConsulError('invalid secret write request: missing peer ID');
  if (!tx.has(Peerings, request.PeerID)) return new ConsulError(`unknown peering ${JSON.stringify(request.PeerID)} for secret`);
  const before = tx.get(PeeringSecretsTable, request.PeerID) ?? PeeringSecrets.make({PeerID: request.PeerID});
  const after = nextSecrets(before, request);
  if (after instanceof ConsulError) return after;
  tx.put(PeeringSecretsTable, after);
  return null;
}

function nextSecrets(before: PeeringSecrets, {GenerateToken, ExchangeSecret, PromotePending, Establish}: SecretsWriteRequest): PeeringSecrets | ConsulError {
  const active = before.Stream?.ActiveSecretID ?? '';
  if (GenerateToken !== null) return {...before, Establishment: {SecretID: GenerateToken.EstablishmentSecret}};
  if (ExchangeSecret !== null) {
    const isKnown = before.Establishment !== null && before.Establishment.SecretID === ExchangeSecret.EstablishmentSecret;
    if (!isKnown) return new ConsulError('invalid establishment secret');
    return {...before, Establishment: null, Stream: {ActiveSecretID: active, PendingSecretID: ExchangeSecret.PendingStreamSecret}};
  }
  if (PromotePending !== null) {
    const isKnown = before.Stream?.PendingSecretID === PromotePending.ActiveStreamSecret;
    if (!isKnown) return new ConsulError('invalid pending stream secret');
    return {...before, Stream: {ActiveSecretID: PromotePending.ActiveStreamSecret, PendingSecretID: ''}};
  }
  if (Establish !== null) return {...before, Stream: {ActiveSecretID: Establish.ActiveStreamSecret, PendingSecretID: ''}};
  return new ConsulError('missing secret operation');
}
