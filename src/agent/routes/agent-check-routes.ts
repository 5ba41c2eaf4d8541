import {type Authorizer, demand, filterLong} from '../../acl/authorizer.ts';
import {checkFilter} from '../../catalog/filters.ts';
import {shownCheck} from '../../catalog/json-answers.ts';
import {HealthCheck} from '../../catalog/schema.ts';
import {ConsulError} from '../../consul-error.ts';
import {type CheckStatus, isCheckStatus} from '../../health/check-result.ts';
import {type Answer, emptyAnswer} from '../../http/answer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {type Test} from '../../filter/field.ts';
import {passing} from '../../filter/passing.ts';
import {refuseEnterprise} from '../../http/enterprise.ts';
import {FailedRead} from '../../http/error-answer.ts';
import {jsonBody} from '../../http/json-body.ts';
import {partsOf} from '../../http/json-parts.ts';
import {filteredHeaders} from '../../http/query-meta.ts';
import {partsAnswer} from '../../http/read-answer.ts';
import {type Route} from '../../http/route.ts';
import {collectMap, drive} from '../../runtime/slices.ts';
import {struct} from '../../schema/struct.ts';
import {map, str} from '../../schema/types.ts';
import {CheckDefinition} from '../local/check-definition.ts';
import {checkFault} from '../local/definition-faults.ts';
import {noSuchService, unknownCheckId} from '../local/errors.ts';
import {authorizerOf, type AgentRouteOptions} from './agent-access.ts';

const agentChecks = map(HealthCheck);
const CheckUpdate = struct('checkUpdate', {Status: str, Output: str}, {goType: 'agent.checkUpdate'});

/** `/v1/agent/checks` and `/v1/agent/check/` (http-core.md §8). */
export function agentCheckRoutes(options: AgentRouteOptions): readonly Route[] {
  const setTo = (status: CheckStatus) => (request: ApiRequest) => noted(options, request, status);
  return [
    {path: '/v1/agent/checks', methods: {GET: (request) => checks(options, request)}},
    {path: '/v1/agent/check/register', methods: {PUT: (request) => register(options, request)}},
    {path: '/v1/agent/check/deregister/', methods: {PUT: (request) => deregister(options, request)}},
    {path: '/v1/agent/check/pass/', methods: {PUT: setTo('passing')}},
    {path: '/v1/agent/check/warn/', methods: {PUT: setTo('warning')}},
    {path: '/v1/agent/check/fail/', methods: {PUT: setTo('critical')}},
    {path: '/v1/agent/check/update/', methods: {PUT: (request) => update(options, request)}},
  ];
}

async function checks(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  const authorizer = await authorizerOf(request, options);
  const {kept, dropped} = await drive(filterLong(options.local.state.checks(), ({check}) => mayUse(authorizer, 'read', check)));
  const headers = filteredHeaders(request, options.defaults, dropped);
  const test = filterOf(request, kept.length > 0, headers);
  const chosen = test === undefined ? kept : await drive(passing(kept, ({check}) => test(check)));
  const work = collectMap(chosen, ({check}) => [check.CheckID, shownCheck(check)]);
  return partsAnswer(request, partsOf(work, (shown) => agentChecks.jsonParts(shown, {pretty: request.pretty})), headers);
}

/** The test of checks that the request wants. @throws FailedRead with the headers that an answer would have */
function filterOf(request: ApiRequest, hasChecks: boolean, headers: NonNullable<Answer['headers']>): Test<HealthCheck> | undefined {
  try {
    return checkFilter.compileLate(request.query.get('filter'), hasChecks);
  } catch (error) {
    throw new FailedRead(error, headers);
  }
}

async function register(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  const {local, bodyBytesMax} = options;
  refuseEnterprise(request);
  const definition = await jsonBody(request, CheckDefinition, bodyBytesMax);
  const fault = checkFault(definition);
  if (fault !== undefined) throw fault;
  const service = local.state.service(definition.ServiceID)?.service;
  if (definition.ServiceID !== '' && service === undefined) throw noSuchService(definition.ServiceID);
  const authorizer = await authorizerOf(request, options);
  demandUse(authorizer, local.nodeName, service?.Service ?? '');
  const known = local.state.check(definition.ID || definition.Name)?.check;
  // Who takes another check's place must be allowed to take that away.
  if (known !== undefined) demandUse(authorizer, local.nodeName, known.ServiceName);
  await local.registerCheck(definition, definition.Token || request.token);
  return emptyAnswer;
}

async function deregister(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  const id = request.suffix;
  refuseEnterprise(request);
  await demandWriteOf(options, request, id);
  await options.local.deregisterCheck(id);
  return emptyAnswer;
}

async function noted(options: AgentRouteOptions, request: ApiRequest, status: CheckStatus): Promise<Answer> {
  return await say(options, request, status, request.query.get('note'));
}

async function update(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  const {Status, Output} = await jsonBody(request, CheckUpdate, options.bodyBytesMax);
  if (!isCheckStatus(Status)) throw new ConsulError(`Invalid check status: '${Status}'`, 400);
  return await say(options, request, Status, Output);
}

async function say(options: AgentRouteOptions, request: ApiRequest, status: CheckStatus, output: string): Promise<Answer> {
  const id = request.suffix;
  refuseEnterprise(request);
  await demandWriteOf(options, request, id);
  await options.local.updateTtl(id, status, output);
  return emptyAnswer;
}

async function demandWriteOf(options: AgentRouteOptions, request: ApiRequest, id: string): Promise<void> {
  const authorizer = await authorizerOf(request, options);
  const known = options.local.state.check(id);
  if (known === undefined) throw unknownCheckId(id);
  demandUse(authorizer, options.local.nodeName, known.check.ServiceName);
}

/** A check is its service's, or else its node's. */
function demandUse(authorizer: Authorizer, node: string, service: string): void {
  if (service === '') demand(authorizer, 'node', 'write', node);
  else demand(authorizer, 'service', 'write', service);
}

function mayUse(authorizer: Authorizer, access: 'read' | 'write', {Node, ServiceName}: HealthCheck): boolean {
  return ServiceName === '' ? authorizer.allows('node', access, Node) : authorizer.allows('service', access, ServiceName);
}
