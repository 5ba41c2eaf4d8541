import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {DirEntry} from './schema.ts';
import {Kvs, Tombstones} from './state.ts';

/** Record 2: entries. Record 5: tombstones, in the form of an entry that has only a key and an index (rpc-raft.md §17). */
export const kvRecords: readonly SnapshotRecords[] = [
  {
    types: [2],
    order: 7,
    *write(view) {
      for (const entry of view.all(Kvs)) yield {type: 2, value: DirEntry.toMsgpack(entry)};
    },
    restore: (tx, _type, value) => tx.put(Kvs, DirEntry.fromMsgpack(value)),
  },
  {
    types: [5],
    order: 8,
    *write(view) {
      for (const {Key, ModifyIndex} of view.all(Tombstones)) yield {type: 5, value: DirEntry.toMsgpack(DirEntry.make({Key, ModifyIndex}))};
    },
    restore(tx, _type, value) {
      const {Key, ModifyIndex} = DirEntry.fromMsgpack(value);
      tx.put(Tombstones, {Key, ModifyIndex});
    },
  },
];
