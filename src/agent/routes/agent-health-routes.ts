import {demand} from '../../acl/authorizer.ts';
import {type HealthCheck} from '../../catalog/schema.ts';
import {ConsulError} from '../../consul-error.ts';
import {type Answer} from '../../http/answer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {refuseEnterprise} from '../../http/enterprise.ts';
import {type Route} from '../../http/route.ts';
import {list} from '../../schema/types.ts';
import {type LocalService} from '../local/local-state.ts';
import {isMaintenance} from '../local/maintenance.ts';
import {authorizerOf, type AgentRouteOptions} from './agent-access.ts';
import {ServiceHealth, shownHealthCheck, shownService} from './agent-json.ts';

const healthList = list(ServiceHealth);

type Aggregate = 'passing' | 'warning' | 'critical' | 'maintenance';
const httpStatuses: Record<Aggregate, number> = {passing: 200, warning: 429, critical: 503, maintenance: 503};
/** From best to worst (agent-checks.md §16). */
const ranks: readonly Aggregate[] = ['passing', 'warning', 'critical', 'maintenance'];

/** `/v1/agent/health/service/`: the health of a service in one status, for load balancers (http-core.md §9.5). */
export function agentHealthRoutes(options: AgentRouteOptions): readonly Route[] {
  return [
    {path: '/v1/agent/health/service/id/', methods: {GET: (request) => byId(options, request)}},
    {path: '/v1/agent/health/service/name/', methods: {GET: (request) => byName(options, request)}},
  ];
}

async function byId(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  const id = request.suffix;
  if (id === '') throw new ConsulError('Missing serviceID');
  refuseEnterprise(request);
  const authorizer = await authorizerOf(request, options);
  const entry = options.local.state.service(id);
  if (entry === undefined) {
    const missing = ServiceHealth.make({AggregatedStatus: 'critical'});
    return healthAnswer(request, 404, `ServiceId ${id} not found`, () => ServiceHealth.toJson(missing, {pretty: request.pretty}));
  }
  demand(authorizer, 'service', 'read', entry.service.Service);
  const health = healthOf(options, entry);
  return healthAnswer(request, httpStatuses[health.status], health.status, () => ServiceHealth.toJson(health.shown, {pretty: request.pretty}));
}

async function byName(options: AgentRouteOptions, request: ApiRequest): Promise<Answer> {
  const name = request.suffix;
  if (name === '') throw new ConsulError('Missing service Name');
  refuseEnterprise(request);
  demand(await authorizerOf(request, options), 'service', 'read', name);
  const found = options.local.state.services().filter(({service}) => service.Service === name).map((entry) => healthOf(options, entry));
  if (found.length === 0) return healthAnswer(request, 404, `ServiceName ${name} Not Found`, () => '[]');
  const worst = ranks.findLast((rank) => found.some(({status}) => status === rank)) ?? 'passing';
  return healthAnswer(request, httpStatuses[worst], worst, () => healthList.toJson(found.map(({shown}) => shown), {pretty: request.pretty}));
}

function healthOf({local, defaults}: AgentRouteOptions, {service}: LocalService): {status: Aggregate; shown: ServiceHealth} {
  const checks = [...local.state.checksOf(service.ID), ...local.state.checksOf('')].map(({check}) => check);
  const status = aggregate(checks);
  return {status, shown: {AggregatedStatus: status, Service: shownService(service, defaults.datacenter, ''), Checks: checks.map(shownHealthCheck)}};
}

function aggregate(checks: readonly HealthCheck[]): Aggregate {
  if (checks.some(({CheckID}) => isMaintenance(CheckID))) return 'maintenance';
  return ranks.findLast((rank) => checks.some(({Status}) => Status === rank)) ?? 'passing';
}

function healthAnswer(request: ApiRequest, status: number, reason: string, json: () => string): Answer {
  const isText = request.query.get('format') === 'text' || (request.header('accept') ?? '').startsWith('text/plain');
  const headers = [['X-Consul-Reason', reason]] as const;
  if (isText) return {status, body: reason, contentType: 'text/plain', headers};
  return {status, body: json() + request.jsonEnd, contentType: 'application/json', headers};
}
