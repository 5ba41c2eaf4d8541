import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {PreparedQuery} from './schema.ts';
import {PreparedQueries} from './state.ts';

/** Record 7 (rpc-raft.md §17). */
export const queryRecords: SnapshotRecords = {
  types: [7],
  order: 9,
  *write(view) {
    for (const query of view.all(PreparedQueries)) yield {type: 7, value: PreparedQuery.toMsgpack(query)};
  },
  restore: (tx, _type, value) => tx.put(PreparedQueries, PreparedQuery.fromMsgpack(value)),
};
