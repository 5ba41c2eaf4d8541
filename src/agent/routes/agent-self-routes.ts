import {demand} from '../../acl/authorizer.ts';
import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {ConsulError} from '../../consul-error.ts';
import {type Answer, emptyAnswer, jsonAnswer} from '../../http/answer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {type Route} from '../../http/route.ts';
import {CONSUL_VERSION} from '../../program-version.ts';
import {type Clock} from '../../runtime/clock.ts';
import {Coordinate} from '../../schema/coordinate.ts';
import {indentJson} from '../../schema/go-json.ts';
import {type Membership} from '../../server/membership.ts';
import {type AgentLog} from '../log/agent-log.ts';
import {authorizerOf, type AgentRouteOptions} from './agent-access.ts';
import {type MeasuredAgent, metricsSummary, prometheusText} from './agent-metrics.ts';
import {debugConfig} from './debug-config.ts';
import {hostInfo} from './host-info.ts';
import {logLevelOf, logStream} from './log-stream.ts';
import {metricsStream} from './metrics-stream.ts';
import {enableOf} from './maintenance-query.ts';
import {shownMember} from './shown-member.ts';
import {plainJson, sortedJson} from './sorted-json.ts';

const buildDate = '1970-01-01T00:00:01Z';

/** What the agent knows of itself beside its services and checks. */
export interface AgentSelfOptions extends AgentRouteOptions {
  readonly config: () => RuntimeConfig;
  readonly nodeId: string;
  readonly membership: Membership;
  readonly log: AgentLog;
  readonly clock: Clock;
  /** Where in the pool's space of round-trip times this node stands. */
  readonly coordinate: () => Coordinate;
  /** The parts of `Stats`, each a list of texts by name. */
  readonly stats: () => Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly measured: MeasuredAgent;
  /** Reads the configuration again. @throws what is wrong with it; nothing has changed then */
  readonly reload: () => Promise<void>;
}

/** `/v1/agent/…`: what the agent is, how it does, and what it can be told to do (http-core.md §7). */
export function agentSelfRoutes(options: AgentSelfOptions): readonly Route[] {
  return [
    {path: '/v1/agent/self', methods: {GET: (request) => self(options, request)}},
    {path: '/v1/agent/version', methods: {GET: version}},
    {path: '/v1/agent/host', methods: {GET: (request) => host(options, request)}},
    {path: '/v1/agent/metrics', methods: {GET: (request) => metrics(options, request)}},
    {path: '/v1/agent/metrics/stream', methods: {GET: (request) => streamMetrics(options, request)}},
    {path: '/v1/agent/monitor', methods: {GET: (request) => monitor(options, request)}},
    {path: '/v1/agent/maintenance', methods: {PUT: (request) => maintenance(options, request)}},
    {path: '/v1/agent/reload', methods: {PUT: (request) => reload(options, request)}},
    {path: '/v1/agent/token/', methods: {PUT: () => setToken(options)}},
  ];
}

async function self(options: AgentSelfOptions, request: ApiRequest): Promise<Answer> {
  const {local, nodeId, membership} = options;
  const config = options.config();
  demand(await authorizerOf(request, options), 'agent', 'read', local.nodeName);
  const parts: Readonly<Record<string, string>> = {
    Config: plainJson(
      {
        Datacenter: config.datacenter,
        PrimaryDatacenter: config.primaryDatacenter,
        NodeName: config.node.name,
        NodeID: nodeId,
        Revision: '',
        Server: config.server,
        Version: CONSUL_VERSION,
        BuildDate: buildDate,
      },
      false,
    ),
    DebugConfig: sortedJson(debugConfig(config, nodeId), false),
    Coord: config.gossip.disableCoordinates ? 'null' : Coordinate.toJson(options.coordinate()),
    Member: plainJson(shownMember(membership.local()), false),
    Stats: sortedJson(options.stats(), false),
    Meta: sortedJson(Object.fromEntries(local.nodeMeta), false),
  };
  const json = `{${Object.entries(parts).map(([name, part]) => `"${name}":${part}`).join(',')}}`;
  return jsonAnswer((request.pretty ? indentJson(json) : json) + request.jsonEnd);
}

function version(request: ApiRequest): Answer {
  return jsonAnswer(plainJson({SHA: '', BuildDate: buildDate, HumanVersion: CONSUL_VERSION, FIPS: ''}, request.pretty) + request.jsonEnd);
}

async function host(options: AgentSelfOptions, request: ApiRequest): Promise<Answer> {
  demand(await authorizerOf(request, options), 'operator', 'read');
  return jsonAnswer(plainJson(await hostInfo(options.clock.wallMs()), request.pretty) + request.jsonEnd);
}

async function metrics(options: AgentSelfOptions, request: ApiRequest): Promise<Answer> {
  demand(await authorizerOf(request, options), 'agent', 'read', options.local.nodeName);
  const {telemetry} = options.config();
  const accept = request.header('accept') ?? '';
  if (request.query.get('format') === 'prometheus' || accept.includes('application/openmetrics-text') || accept === 'text/plain; version=0.4.0') {
    const reason = 'Prometheus is not enabled since its retention time is not positive';
    if (telemetry.prometheusRetentionMs <= 0) return {...emptyAnswer, headers: [['X-Consul-Reason', reason]]};
    return {status: 200, body: prometheusText(telemetry, options.measured), contentType: 'text/plain; version=0.0.4; charset=utf-8'};
  }
  return jsonAnswer(plainJson(metricsSummary(telemetry, options.measured), request.pretty) + request.jsonEnd);
}

async function streamMetrics(options: AgentSelfOptions, request: ApiRequest): Promise<Answer> {
  demand(await authorizerOf(request, options), 'agent', 'read', options.local.nodeName);
  const summary = (): string => `${plainJson(metricsSummary(options.config().telemetry, options.measured), true)}\n`;
  return {status: 200, body: metricsStream(summary, options.clock), contentType: null};
}

async function monitor(options: AgentSelfOptions, request: ApiRequest): Promise<Answer> {
  demand(await authorizerOf(request, options), 'agent', 'read', options.local.nodeName);
  const text = request.query.get('loglevel');
  const level = logLevelOf(text);
  if (level === undefined) throw new ConsulError(`Unknown log level: ${text}`, 400);
  return {status: 200, body: logStream(options.log, level, request.query.has('logjson')), contentType: null};
}

async function maintenance(options: AgentSelfOptions, request: ApiRequest): Promise<Answer> {
  const enable = enableOf(request.query);
  demand(await authorizerOf(request, options), 'node', 'write', options.local.nodeName);
  await options.local.setNodeMaintenance(enable, request.query.get('reason'), request.token);
  return emptyAnswer;
}

async function reload(options: AgentSelfOptions, request: ApiRequest): Promise<Answer> {
  demand(await authorizerOf(request, options), 'agent', 'write', options.local.nodeName);
  await options.reload();
  return emptyAnswer;
}

/** Tokens mean something only where ACLs are enforced. */
function setToken({config}: AgentSelfOptions): Answer {
  if (!config().acl.enabled) throw new ConsulError('ACL support disabled', 401);
  throw new ConsulError('Tokens of this agent are set in its configuration');
}
