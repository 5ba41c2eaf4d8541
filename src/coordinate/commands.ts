import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {list} from '../schema/types.ts';
import {NodeCoordinate} from './schema.ts';
import {Coordinates} from './state.ts';

/** Body of type 6, and of its record. */
export const coordinateBatch = list(NodeCoordinate);

/** Type 6 of the log: many nodes at once; nodes that the catalog does not know are passed over (rpc-raft.md §15). */
export const coordinateCommand = command<readonly NodeCoordinate[] | null>({
  type: 6,
  name: 'CoordinateBatchUpdate',
  decode: (body) => coordinateBatch.fromMsgpack(body),
  apply: ({tx, index, neighbours}: ApplyContext, batch) => {
    const known = (batch ?? []).filter(({Node}) => neighbours.nodeExists(tx, Node));
    for (const coordinate of known) tx.put(Coordinates, coordinate);
    if (known.length > 0) tx.setIndex('coordinates', index);
    return null;
  },
});

/** Record 6: a list of one (rpc-raft.md §17). */
export const coordinateRecords: SnapshotRecords = {
  types: [6],
  order: 4,
  *write(view) {
    for (const row of view.all(Coordinates)) yield {type: 6, value: coordinateBatch.toMsgpack([row])};
  },
  restore(tx, _type, value) {
    for (const row of coordinateBatch.fromMsgpack(value) ?? []) tx.put(Coordinates, row);
  },
};
