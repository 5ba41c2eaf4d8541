import {linkDestination, restoreLinks} from '../catalog/gateway-links.ts';
import {restoreDestination} from '../catalog/kind-names.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {federationStateRecords} from './federation-states.ts';
import {configEntryOf, ConfigEntryRequest} from './schema.ts';
import {ConfigEntries} from './state.ts';
import {systemMetadataRecords} from './system-metadata.ts';
import {virtualIpRecords} from './virtual-ips.ts';

/** Records 22, 30 to 33 (rpc-raft.md §17). */
export const configEntryRecords: readonly SnapshotRecords[] = [
  {
    types: [22],
    order: 13,
    *write(view) {
      for (const {Kind, body} of view.all(ConfigEntries)) {
        yield {type: 22, value: ConfigEntryRequest.toMsgpack({Kind, Op: '', Datacenter: '', Entry: body, Token: ''})};
      }
    },
    restore(tx, _type, value) {
      const {Kind, Entry} = ConfigEntryRequest.fromMsgpack(value);
      const entry = configEntryOf(Kind, Entry);
      tx.put(ConfigEntries, entry);
      // The catalog stands before the entries in a snapshot, so that its services are there.
      if (entry.Kind === 'service-defaults' && entry.body.Destination !== null) {
        restoreDestination(tx, entry.Name);
        linkDestination({tx, index: entry.body.ModifyIndex}, entry.Name);
      }
      if (entry.Kind === 'ingress-gateway' || entry.Kind === 'terminating-gateway') restoreLinks(tx, entry);
    },
  },
  federationStateRecords,
  systemMetadataRecords,
  virtualIpRecords,
];
