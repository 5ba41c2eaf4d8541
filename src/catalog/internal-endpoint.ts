import {type Authorizer, demand, filterLong, type TokenResolver} from '../acl/authorizer.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {keptReply} from '../rpc/kept-reply.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {drive, isSliced, type Sliced} from '../runtime/slices.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {type Query} from '../store/query.ts';
import {type Store} from '../store/store.ts';
import {instanceFilter, nodeInfoFilter} from './filters.ts';
import {allInstances, catalogSummary} from './internal-queries.ts';
import {matching} from './matching.ts';
import {internalCatalogOverview, internalNodeDump, internalNodeInfo, internalServiceDump} from './methods.ts';
import {nodeDump, nodeInfo} from './node-queries.ts';
import {type NodeInfo} from './requests.ts';
import {allowedOnly, mayReadCheck, mayReadService} from './rights.ts';
import {type CheckServiceNode} from './schema.ts';

export interface InternalEndpointOptions {
  readonly store: Store;
  readonly reader: BlockingReader;
  readonly kept: KeptAnswers;
  readonly resolver: TokenResolver;
}

type Outcomes<T> = QueryOutcome<readonly T[]> | Sliced<QueryOutcome<readonly T[]>>;

/** The parts of Internal.* that look at the whole catalog, which the UI asks for (rpc-raft.md §8). */
export function internalEndpoints({store, reader, kept, resolver}: InternalEndpointOptions): readonly Endpoint[] {
  const nodes = kept.space<QueryOutcome<readonly NodeInfo[]>>();
  const nodeDumps = kept.space<QueryOutcome<readonly NodeInfo[]>>();
  const services = kept.space<QueryOutcome<readonly CheckServiceNode[]>>();
  return [
    endpoint(internalNodeInfo, async (request, signal) => {
      const query = (q: Query, authorizer: Authorizer): Sliced<QueryOutcome<readonly NodeInfo[]>> => visibleNodes(nodeInfo(q, request.Node, request.PeerName), authorizer);
      const key = JSON.stringify([request.PeerName, request.Node.toLowerCase()]);
      const read = await reader.read<readonly NodeInfo[]>({options: request, space: nodes, key, query, signal});
      return {ImportedDump: null, Dump: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(internalNodeDump, async (request, signal) => {
      const test = nodeInfoFilter.compile(request.Filter);
      const query = (q: Query, authorizer: Authorizer): Outcomes<NodeInfo> => matching(visibleNodes(nodeDump(q), authorizer), test);
      const read = await reader.read<readonly NodeInfo[]>({options: request, space: nodeDumps, key: request.Filter, query, signal});
      return {ImportedDump: null, Dump: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(internalServiceDump, async (request, signal) => {
      const test = instanceFilter.compile(request.Filter);
      const {PeerName, UseServiceKind, ServiceKind} = request;
      const query = (q: Query, authorizer: Authorizer): Outcomes<CheckServiceNode> => {
        const all = allInstances(q, {kind: UseServiceKind ? ServiceKind : undefined, peer: PeerName});
        return matching(allowedOnly(all, ({Node, Service}) => mayReadService(authorizer, Node?.Node ?? '', Service?.Service ?? '')), test);
      };
      const key = JSON.stringify([PeerName, UseServiceKind, ServiceKind, request.Filter]);
      const read = await reader.read<readonly CheckServiceNode[]>({options: request, space: services, key, query, signal});
      // Links of gateways are kept, and shown nowhere: the mesh has no reading side here (docs/compatibility.md).
      return {ImportedNodes: null, Nodes: read.value, Gateways: null, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(internalCatalogOverview, async ({Token}) => {
      const authorizer = await resolver.resolve(Token);
      demand(authorizer, 'operator', 'read');
      const visible = {
        node: (name: string) => authorizer.allows('node', 'read', name),
        service: (name: string) => authorizer.allows('service', 'read', name),
      };
      return drive(catalogSummary(store.view(), visible));
    }),
  ];
}

/** Nodes that may be read, each without the services and checks that may not. */
function* visibleNodes(asked: QueryOutcome<readonly NodeInfo[]> | Sliced<QueryOutcome<readonly NodeInfo[]>>, authorizer: Authorizer): Sliced<QueryOutcome<readonly NodeInfo[]>> {
  const outcome = isSliced(asked) ? yield* asked : asked;
  const {kept, dropped} = yield* filterLong(outcome.value, ({Node}) => authorizer.allows('node', 'read', Node));
  let filtered = dropped;
  const value: NodeInfo[] = [];
  for (const info of kept) {
    const services = yield* filterLong(info.Services ?? [], ({Service}) => authorizer.allows('service', 'read', Service));
    const checks = yield* filterLong(info.Checks ?? [], (check) => mayReadCheck(authorizer, check));
    const isWhole = !services.dropped && !checks.dropped;
    filtered ||= !isWhole;
    value.push(isWhole ? info : {...info, Services: services.kept, Checks: checks.kept});
    yield;
  }
  return {...outcome, value, filtered};
}
