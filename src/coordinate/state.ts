import {type ApplyContext} from '../fsm/apply-context.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type NodeCoordinate} from './schema.ts';

/** Coordinates by node, whatever its capitals, and segment. */
export const Coordinates = defineTable({name: 'coordinates', key: ({Node, Segment}: NodeCoordinate) => `${Node.toLowerCase()}\0${Segment}`});

/** Where a node is, a row for each segment it is in. */
export function coordinatesOfNode(reader: Reader, node: string): readonly NodeCoordinate[] {
  return reader.prefix(Coordinates, `${node.toLowerCase()}\0`).toArray();
}

/** Where all nodes are; watched as a whole. */
export function listCoordinates(query: Query): QueryOutcome<readonly NodeCoordinate[]> {
  return {value: query.all(Coordinates).toArray(), index: query.index('coordinates')};
}

/** Where one node is. The index is that of all: each change of any node wakes who waits. */
export function listNodeCoordinates(query: Query, node: string): QueryOutcome<readonly NodeCoordinate[]> {
  return {value: coordinatesOfNode(query, node), index: query.index('coordinates')};
}

/** A node is gone: so is where it was. */
export function deleteCoordinates({tx, index}: ApplyContext, node: string): void {
  const rows = coordinatesOfNode(tx, node);
  for (const row of rows) tx.delete(Coordinates, Coordinates.keyOf(row));
  if (rows.length > 0) tx.setIndex('coordinates', index);
}
