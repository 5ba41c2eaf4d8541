import {demand} from '../../acl/authorizer.ts';
import {ServiceDefinition} from '../../catalog/service-definition.ts';
import {ConsulError} from '../../consul-error.ts';
import {type Answer, emptyAnswer, jsonAnswer} from '../../http/answer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {refuseEnterprise} from '../../http/enterprise.ts';
import {jsonBody} from '../../http/json-body.ts';
import {type Route} from '../../http/route.ts';
import {goJsonMap, indentJson} from '../../schema/go-json.ts';
import {unknownServiceId} from '../local/errors.ts';
import {serviceFault} from '../local/definition-faults.ts';
import {authorizerOf, type AgentRouteOptions, refuseFilter} from './agent-access.ts';
import {AgentService, shownService} from './agent-json.ts';
import {enableOf} from './maintenance-query.ts';
import {serviceWithHash} from './service-hash.ts';

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
  refuseFilter(request);
  const {local, defaults} = options;
  const authorizer = await authorizerOf(request, options);
  const allowed = local.state.services().filter(({service: one}) => authorizer.allows('service', 'read', one.Service));
  const shown = new Map(allowed.map(({service: one}) => [one.ID, shownService(one, defaults.datacenter, '')]));
  const json = goJsonMap(shown, (one) => AgentService.toJson(one));
  return jsonAnswer((request.pretty ? indentJson(json) : json) + request.jsonEnd);
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
  await local.registerService(definition, definition.Token || request.token, replacesChecks(request));
  return emptyAnswer;
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
  await options.local.setServiceMaintenance(id, enable, request.query.get('reason'));
  return emptyAnswer;
}

async function demandWriteOf(options: AgentRouteOptions, request: ApiRequest, id: string): Promise<void> {
  const authorizer = await authorizerOf(request, options);
  const known = options.local.state.service(id);
  if (known === undefined) throw unknownServiceId(id);
  demand(authorizer, 'service', 'write', known.service.Service);
}
