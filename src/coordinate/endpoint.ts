import {demand, filterLong, type Authorizer, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {keptReply} from '../rpc/kept-reply.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {isCompatible, isValidCoordinate} from '../schema/coordinate.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {type CoordinateBatches} from './coordinate-batches.ts';
import {coordinateListDatacenters, coordinateListNodes, coordinateNode, coordinateUpdate} from './methods.ts';
import {type DatacenterMap, type NodeCoordinate} from './schema.ts';
import {listCoordinates, listNodeCoordinates} from './state.ts';

export interface CoordinateEndpointOptions {
  readonly reader: BlockingReader;
  readonly kept: KeptAnswers;
  readonly resolver: TokenResolver;
  readonly batches: CoordinateBatches;
  /** Where the servers of all datacenters are, as the WAN pool knows. */
  readonly datacenters: () => readonly DatacenterMap[];
}

type Rows = readonly NodeCoordinate[];

/** Coordinate.* of port 8300 (rpc-raft.md §8, §9). */
export function coordinateEndpoints({reader, kept, resolver, batches, datacenters}: CoordinateEndpointOptions): readonly Endpoint[] {
  const space = kept.space<QueryOutcome<Rows>>();
  return [
    endpoint(coordinateUpdate, async ({Node, Segment, Coord, Token}) => {
      if (Coord === null || !isCompatible(Coord)) throw new ConsulError('incompatible coordinate');
      if (!isValidCoordinate(Coord)) throw new ConsulError('invalid coordinate');
      demand(await resolver.resolve(Token), 'node', 'write', Node);
      batches.add({Node, Segment, Partition: '', Coord});
      return {};
    }),
    endpoint(coordinateListNodes, async (request, signal) => {
      const query: Parameters<typeof reader.read<Rows>>[0]['query'] = (q, authorizer) => allowed(listCoordinates(q), authorizer);
      const read = await reader.read({options: request, space, key: 'all', query, signal});
      return {Coordinates: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(coordinateNode, async (request, signal) => {
      const query: Parameters<typeof reader.read<Rows>>[0]['query'] = (q, authorizer) => {
        demand(authorizer, 'node', 'read', request.Node);
        return listNodeCoordinates(q, request.Node);
      };
      const read = await reader.read({options: request, space, key: `node${request.Node.toLowerCase()}`, query, signal});
      return {Coordinates: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(coordinateListDatacenters, () => datacenters()),
  ];
}

function* allowed(outcome: QueryOutcome<Rows>, authorizer: Authorizer): Sliced<QueryOutcome<Rows>> {
  const {kept, dropped} = yield* filterLong(outcome.value, ({Node}) => authorizer.allows('node', 'read', Node));
  return {...outcome, value: kept, filtered: dropped};
}
