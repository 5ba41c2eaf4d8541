import {type Authorizer, demand, filterLong} from '../../acl/authorizer.ts';
import {type NodeService} from '../../catalog/schema.ts';
import {ServiceDefinition} from '../../catalog/service-definition.ts';
import {ConsulError} from '../../consul-error.ts';
import {type Answer, emptyAnswer, jsonAnswer} from '../../http/answer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {passing} from '../../filter/passing.ts';
import {refuseEnterprise} from '../../http/enterprise.ts';
import {jsonBody} from '../../http/json-body.ts';
import {partsOf} from '../../http/json-parts.ts';
import {filteredHeaders} from '../../http/query-meta.ts';
import {partsAnswer} from '../../http/read-answer.ts';
import {type Route} from '../../http/route.ts';
import {collectMap, drive} from '../../runtime/slices.ts';
import {map} from '../../schema/types.ts';
import {unknownServiceId} from '../local/errors.ts';
import {sidecarIdOf} from '../local/sidecar.ts';
import {serviceFault} from '../local/definition-faults.ts';
import {authorizerOf, type AgentRouteOptions} from './agent-access.ts';
import {agentServiceFilter} from './agent-filters.ts';
import {AgentService, shownService} from './agent-json.ts';
import {enableOf} from './maintenance-query.ts';
import {serviceWithHash} from './service-hash.ts';

const agentServices = map(AgentService);

/** `/v1/agent/services` and `/v1/agent/service/` (http-core.md §9). */
export function agentServiceRoutes(options: AgentRouteOptions): readonly Route[] {
  return [
    {path: '/v1/agent/services', methods: {GET: (request) => services(options, request)}},
    {path: '/v1/agent/service/', methods: {GET: (request) => service(options, request)}},
    {path: '/v1/agent/service/register', methods: {PUT: (request) => register(options, request)}},
    {path: '/v1/agent/service/deregister/', methods: {PUT: (request) => deregister(options, request)}},
    {path: '/v1/agent/service/maintenance/', methods: {PUT: (request) => maintenance(options, request)}},
  ];
}

async function services(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const {local, defaults} = options;
  const authorizer = await authorizerOf(request, options);
  const {kept, dropped} = await drive(filterLong(local.state.services(), ({service: one}) => authorizer.allows('service', 'read', one.Service)));
  const test = agentServiceFilter.compile(request.query.get('filter'));
  const shownAs = (one: NodeService): AgentService => shownService(one, defaults.datacenter, '');
  const chosen = test === undefined ? kept : await drive(passing(kept, ({service: one}) => test(shownAs(one))));
  const work = collectMap(chosen, ({service: one}) => [one.ID, shownAs(one)]);
  return partsAnswer(request, partsOf(work, (shown) => agentServices.jsonParts(shown, {pretty: request.pretty})), filteredHeaders(request, defaults, dropped));
}

async function service(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const authorizer = await authorizerOf(request, options);
  const found = await serviceWithHash(options, request, (one) => demand(authorizer, 'service', 'read', one.Service));
  return jsonAnswer(AgentService.toJson(found, {pretty: request.pretty}) + request.jsonEnd, [['X-Consul-Contenthash', found.ContentHash]]);
}

async function register(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const {local} = options;
  const definition = await jsonBody(request, ServiceDefinition, options.bodyBytesMax);
  const fault = serviceFault(definition);
  if (fault !== undefined) throw fault;
  const authorizer = await authorizerOf(request, options);
  demand(authorizer, 'service', 'write', definition.Name);
  const known = local.state.service(definition.ID || definition.Name);
  // Who takes another service's place must be allowed to take that away.
  if (known !== undefined) demand(authorizer, 'service', 'write', known.service.Service);
  if (definition.Kind === 'connect-proxy') demand(authorizer, 'service', 'write', definition.Proxy?.DestinationServiceName ?? '');
  demandSidecar(options, authorizer, definition);
  await local.registerService(definition, definition.Token || request.token, replacesChecks(request));
  return emptyAnswer;
}

/** A sidecar is a service of its own, and may take another's place too. */
function demandSidecar({local}: AgentRouteOptions, authorizer: Authorizer, {ID, Name, Connect}: ServiceDefinition): void {
  const sidecar = Connect?.SidecarService ?? null;
  if (sidecar === null) return;
  demand(authorizer, 'service', 'write', sidecar.Name || sidecarIdOf(Name));
  const known = local.state.service(sidecarIdOf(ID || Name));
  if (known !== undefined) demand(authorizer, 'service', 'write', known.service.Service);
  demand(authorizer, 'service', 'write', sidecar.Proxy?.DestinationServiceName || Name);
}

/** Asked for by the bare name, or by any truth Go knows. */
function replacesChecks({query}: ApiRequest): boolean {
  const text = query.get('replace-existing-checks');
  return query.has('replace-existing-checks') && (text === '' || text === 'true');
}

async function deregister(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  const id = request.suffix;
  refuseEnterprise(request);
  await demandWriteOf(options, request, id);
  await options.local.deregisterService(id);
  return emptyAnswer;
}

async function maintenance(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  const id = request.suffix;
  if (id === '') throw new ConsulError('Missing service ID', 400);
  const enable = enableOf(request.query);
  refuseEnterprise(request);
  await demandWriteOf(options, request, id);
  await options.local.setServiceMaintenance(id, enable, request.query.get('reason'), request.token);
  return emptyAnswer;
}

async function demandWriteOf(options: AgentRouteOptions, request: ApiRequest, id: string): Promise<void> {
  const authorizer = await authorizerOf(request, options);
  const known = options.local.state.service(id);
  if (known === undefined) throw unknownServiceId(id);
  demand(authorizer, 'service', 'write', known.service.Service);
}
