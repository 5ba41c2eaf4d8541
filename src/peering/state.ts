import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type Peering, type PeeringSecrets, type PeeringTrustBundle} from './schema.ts';

export const Peerings = defineTable({
  name: 'peering',
  key: ({ID}: Peering) => ID,
  indexes: {name: ({Name}: Peering) => Name.toLowerCase()},
});

export const PeeringTrustBundles = defineTable({name: 'peering-trust-bundles', key: ({PeerName}: PeeringTrustBundle) => PeerName.toLowerCase()});

/** By the peering's id. */
export const PeeringSecretsTable = defineTable({name: 'peering-secrets', key: ({PeerID}: PeeringSecrets) => PeerID});

/** A peering by its name, in any capitals. */
export function peeringByName(reader: Reader, name: string): Peering | undefined {
  return reader.byIndex(Peerings, 'name').get(name.toLowerCase());
}
