import {type Authorizer} from '../acl/authorizer.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {keptReply} from '../rpc/kept-reply.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {bareDenial, mustNameService} from './errors.ts';
import {checksInState, checksOfNode, checksOfService} from './check-queries.ts';
import {checkFilter, instanceFilter} from './filters.ts';
import {filteredKey, matching} from './matching.ts';
import {healthChecksInState, healthNodeChecks, healthServiceChecks, healthServiceNodes} from './methods.ts';
import {type NearSorter} from './near.ts';
import {allowedOnly, mayReadCheck, mayReadService} from './rights.ts';
import {type CheckServiceNode, type HealthCheck} from './schema.ts';
import {metaKey, selectionKey, selectionOf} from './selection.ts';
import {gatherInstances} from './service-queries.ts';

export interface HealthEndpointOptions {
  readonly reader: BlockingReader;
  readonly kept: KeptAnswers;
  readonly near: NearSorter;
}

type CheckList = readonly HealthCheck[];

/** Health.* (rpc-raft.md §8). */
export function healthEndpoints(options: HealthEndpointOptions): readonly Endpoint[] {
  return [...instanceEndpoint(options), ...checkEndpoints(options)];
}

function instanceEndpoint({reader, kept, near}: HealthEndpointOptions): readonly Endpoint[] {
  const instances = kept.space<QueryOutcome<readonly CheckServiceNode[]>>();
  return [
    endpoint(healthServiceNodes, async (request, signal) => {
      if (request.ServiceName === '') throw mustNameService();
      const test = instanceFilter.compile(request.Filter);
      const selection = selectionOf(request);
      const {HealthFilterType} = request;
      const read = await reader.read<readonly CheckServiceNode[]>({
        options: request,
        space: instances,
        key: filteredKey(request.Filter, `${request.Ingress ? 'i' : HealthFilterType}${selectionKey(selection)}`),
        query: (q, authorizer) => {
          if ((request.Connect || request.Ingress) && !authorizer.allows('service', 'read', request.ServiceName)) throw bareDenial();
          // What ingress gateways lead to is kept, and not answered from: the mesh has no reading side here (docs/compatibility.md).
          const all = request.Ingress ? {value: [], index: q.index('gateway-services')} : gatherInstances(q, selection, HealthFilterType);
          return matching(allowedOnly(all, ({Node, Service}) => mayReadService(authorizer, Node?.Node ?? '', Service?.Service ?? '')), test);
        },
        signal,
      });
      if (request.Source.Node === '') return {Nodes: read.value, ...read.meta, [keptReply]: read.kept};
      return {Nodes: await near.sort(request.Source, read.value, ({Node}) => Node?.Node ?? ''), ...read.meta};
    }),
  ];
}

function checkEndpoints({reader, kept, near}: HealthEndpointOptions): readonly Endpoint[] {
  const byNode = kept.space<QueryOutcome<CheckList>>();
  const byService = kept.space<QueryOutcome<CheckList>>();
  const byState = kept.space<QueryOutcome<CheckList>>();
  return [
    endpoint(healthNodeChecks, async (request, signal) => {
      const test = checkFilter.compile(request.Filter);
      const read = await reader.read<CheckList>({
        options: request,
        space: byNode,
        key: filteredKey(request.Filter, request.Node.toLowerCase()),
        query: (q, authorizer) => matching(allowedChecks(checksOfNode(q, request.Node), authorizer), test),
        signal,
      });
      return {HealthChecks: read.value, ...read.meta, [keptReply]: read.kept};
    }),
    endpoint(healthServiceChecks, async (request, signal) => {
      const test = checkFilter.compile(request.Filter);
      const read = await reader.read<CheckList>({
        options: request,
        space: byService,
        key: filteredKey(request.Filter, `${request.ServiceName.toLowerCase()}\0${metaKey(request.NodeMetaFilters)}`),
        // What an expression leaves out counts here not as hidden, unlike everywhere else (seen at 1.21.4).
        query: (q, authorizer) => allowedChecks(matching(checksOfService(q, request.ServiceName, request.NodeMetaFilters), test), authorizer),
        signal,
      });
      if (request.Source.Node === '') return {HealthChecks: read.value, ...read.meta, [keptReply]: read.kept};
      return {HealthChecks: await near.sort(request.Source, read.value, ({Node}) => Node), ...read.meta};
    }),
    endpoint(healthChecksInState, async (request, signal) => {
      const test = checkFilter.compile(request.Filter);
      const read = await reader.read<CheckList>({
        options: request,
        space: byState,
        key: filteredKey(request.Filter, `${request.State}\0${metaKey(request.NodeMetaFilters)}`),
        query: (q, authorizer) => matching(allowedChecks(checksInState(q, request.State, request.NodeMetaFilters), authorizer), test),
        signal,
      });
      if (request.Source.Node === '') return {HealthChecks: read.value, ...read.meta, [keptReply]: read.kept};
      return {HealthChecks: await near.sort(request.Source, read.value, ({Node}) => Node), ...read.meta};
    }),
  ];
}

function allowedChecks(asked: QueryOutcome<CheckList> | Sliced<QueryOutcome<CheckList>>, authorizer: Authorizer): Sliced<QueryOutcome<CheckList>> {
  return allowedOnly(asked, (check) => mayReadCheck(authorizer, check));
}
