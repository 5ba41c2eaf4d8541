import {type Method} from '../rpc/method.ts';
import {DCSpecificRequest, NodeSpecificRequest} from '../schema/rpc-common.ts';
import {struct, type TypeOf} from '../schema/struct.ts';
import {list} from '../schema/types.ts';
import {CoordinateUpdateRequest, DatacenterMap, IndexedCoordinates} from './schema.ts';

const Nothing = struct('Nothing', {}, {goType: 'struct {}'});
type Nothing = TypeOf<typeof Nothing>;

/** Coordinate.* (rpc-raft.md §8). */
export const coordinateUpdate: Method<CoordinateUpdateRequest, Nothing> = {
  name: 'Coordinate.Update', kind: 'write', request: CoordinateUpdateRequest, response: Nothing};
export const coordinateListNodes: Method<DCSpecificRequest, IndexedCoordinates> = {
  name: 'Coordinate.ListNodes', kind: 'read', request: DCSpecificRequest, response: IndexedCoordinates};
export const coordinateNode: Method<NodeSpecificRequest, IndexedCoordinates> = {
  name: 'Coordinate.Node', kind: 'read', request: NodeSpecificRequest, response: IndexedCoordinates};
export const coordinateListDatacenters: Method<Nothing, readonly DatacenterMap[] | null> = {
  name: 'Coordinate.ListDatacenters', kind: 'local', request: Nothing, response: list(DatacenterMap)};
