import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {Session} from './schema.ts';
import {Sessions} from './state.ts';

/** Record 3 (rpc-raft.md §17). */
export const sessionRecords: SnapshotRecords = {
  types: [3],
  order: 5,
  *write(view) {
    for (const session of view.all(Sessions)) yield {type: 3, value: Session.toMsgpack(session)};
  },
  restore: (tx, _type, value) => tx.put(Sessions, Session.fromMsgpack(value)),
};
