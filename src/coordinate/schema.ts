import {Coordinate} from '../schema/coordinate.ts';
import {QueryMeta, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {list, nullable, str} from '../schema/types.ts';

/** Where a node is in the space of round-trip times (http-core.md §16). */
export const NodeCoordinate = struct('Coordinate', {Node: str, Segment: str, Partition: str.omitEmpty(), Coord: nullable(Coordinate)});
export type NodeCoordinate = TypeOf<typeof NodeCoordinate>;

export const CoordinateUpdateRequest = struct('CoordinateUpdateRequest', {
  Datacenter: str,
  Node: str,
  Segment: str,
  Coord: nullable(Coordinate),
  ...embed(WriteRequest),
});
export type CoordinateUpdateRequest = TypeOf<typeof CoordinateUpdateRequest>;

export const IndexedCoordinates = struct('IndexedCoordinates', {Coordinates: list(NodeCoordinate), ...embed(QueryMeta)});
export type IndexedCoordinates = TypeOf<typeof IndexedCoordinates>;

export const DatacenterMap = struct('DatacenterMap', {Datacenter: str, AreaID: str, Coordinates: list(NodeCoordinate)});
export type DatacenterMap = TypeOf<typeof DatacenterMap>;
