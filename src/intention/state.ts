import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {defineTable} from '../store/table.ts';
import {Intention} from './schema.ts';

/** Intentions as servers before 1.9 kept them; gone once they are configuration entries. */
export const LegacyIntentions = defineTable({name: 'connect-intentions', key: ({ID}: Intention) => ID});

/** Record 12 (rpc-raft.md §17). */
export const intentionRecords: SnapshotRecords = {
  types: [12],
  order: 11,
  *write(view) {
    for (const intention of view.all(LegacyIntentions)) yield {type: 12, value: Intention.toMsgpack(intention)};
  },
  restore: (tx, _type, value) => tx.put(LegacyIntentions, Intention.fromMsgpack(value)),
};
