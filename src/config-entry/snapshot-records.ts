import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {type AnyMap} from '../wire/any-value.ts';
import {federationStateRecords} from './federation-states.ts';
import {ConfigEntryRequest} from './schema.ts';
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
      const body: AnyMap = Entry ?? new Map();
      const indexOf = (name: string): number => Number(body.get(name) ?? 0);
      const Name = body.get('Name');
      tx.put(ConfigEntries, {
        Kind,
        Name: typeof Name === 'string' ? Name : '',
        CreateIndex: indexOf('CreateIndex'),
        ModifyIndex: indexOf('ModifyIndex'),
        body,
      });
    },
  },
  federationStateRecords,
  systemMetadataRecords,
  virtualIpRecords,
];
