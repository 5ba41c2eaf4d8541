import {ConsulError} from '../consul-error.ts';
import {type Answer, boolAnswer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {jsonBody} from '../http/json-body.ts';
import {type ReadDefaults, readOptions, writeOptions} from '../http/query-options.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {withJson} from '../schema/combinators.ts';
import {formatGoDuration} from '../schema/go-duration.ts';
import {formatGoTime} from '../schema/go-time.ts';
import {GoStrconvError, tryGoUint} from '../schema/go-strconv.ts';
import {JsonObject} from '../schema/json-node.ts';
import {DCSpecificRequest} from '../schema/rpc-common.ts';
import {struct} from '../schema/struct.ts';
import {bool, duration, plainUint, str, uint} from '../schema/types.ts';
import {type AutopilotState, type AutopilotServerState} from './autopilot-state-schema.ts';
import {autopilotGetConfiguration, autopilotSetConfiguration, autopilotState, serverHealth} from './methods.ts';
import {AutopilotConfig, autopilotDefaults, type AutopilotServerHealth, serfStatusNames} from './schema.ts';

export interface AutopilotRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
  readonly bodyBytesMax: number;
}

const configFields = struct(
  'AutopilotConfiguration',
  {
    CleanupDeadServers: bool,
    LastContactThreshold: duration,
    MaxTrailingLogs: uint,
    MinQuorum: plainUint,
    ServerStabilizationTime: duration,
    RedundancyZoneTag: str,
    DisableUpgradeMigration: bool,
    UpgradeVersionTag: str,
    CreateIndex: uint,
    ModifyIndex: uint,
  },
  {goType: 'api.AutopilotConfiguration'},
);

/** The body of `PUT …/autopilot/configuration`: what it leaves out takes its default, not what holds now. */
const ConfigBody = withJson(configFields, {
  read: (node, context) => {
    const read = configFields.readJson(node, context);
    const said = new Set(node instanceof JsonObject ? node.keys.map((key) => key.toLowerCase()) : []);
    const taken = Object.entries(read).filter(([key]) => said.has(key.toLowerCase()));
    return {...autopilotDefaults, ...Object.fromEntries(taken)};
  },
});

/** `/v1/operator/autopilot/…` (http-core.md §17). */
export function autopilotRoutes(options: AutopilotRouteOptions): readonly Route[] {
  return [
    {
      path: '/v1/operator/autopilot/configuration',
      methods: {GET: (request) => getConfiguration(options, request), PUT: (request) => setConfiguration(options, request)},
    },
    {path: '/v1/operator/autopilot/health', methods: {GET: (request) => health(options, request)}},
    {path: '/v1/operator/autopilot/state', methods: {GET: (request) => state(options, request)}},
  ];
}

async function getConfiguration({router, defaults}: AutopilotRouteOptions, request: ApiRequest): Promise<Answer> {
  const config = await router.call(autopilotGetConfiguration, DCSpecificRequest.make(readOptions(request, defaults)));
  return jsonAnswer(AutopilotConfig.toJson(config, {pretty: request.pretty}) + request.jsonEnd);
}

async function setConfiguration({router, defaults, bodyBytesMax}: AutopilotRouteOptions, request: ApiRequest): Promise<Answer> {
  const Config = await jsonBody(request, ConfigBody, bodyBytesMax, (why) => new ConsulError(`Error parsing autopilot config: ${why}`, 400));
  const isCas = request.query.has('cas');
  const ModifyIndex = isCas ? casIndex(request.query.get('cas')) : Config.ModifyIndex;
  const done = await router.call(autopilotSetConfiguration, {...writeOptions(request, defaults), Config: {...Config, ModifyIndex}, CAS: isCas});
  return boolAnswer(request, done);
}

function casIndex(text: string): number {
  const index = tryGoUint(text);
  if (index instanceof GoStrconvError) throw new ConsulError(`Error parsing cas value: ${index.message}`, 400);
  return Number(index);
}

async function health({router, defaults}: AutopilotRouteOptions, request: ApiRequest): Promise<Answer> {
  const reply = await router.call(serverHealth, DCSpecificRequest.make(readOptions(request, defaults)));
  const shown = {...reply, Servers: (reply.Servers ?? []).map(shownHealth)};
  const body = JSON.stringify(shown, null, request.pretty ? 4 : 0) + request.jsonEnd;
  // The status goes out before the content type is known, so an unhealthy answer looks like text.
  return reply.Healthy ? jsonAnswer(body) : {status: 429, body, contentType: 'text/plain; charset=utf-8'};
}

function shownHealth(server: AutopilotServerHealth): Readonly<Record<string, unknown>> {
  return {
    ...server,
    SerfStatus: serfStatusNames[server.SerfStatus] ?? 'none',
    LastContact: formatGoDuration(server.LastContact),
    StableSince: formatGoTime(server.StableSince),
  };
}

async function state({router, defaults}: AutopilotRouteOptions, request: ApiRequest): Promise<Answer> {
  const reply = await router.call(autopilotState, DCSpecificRequest.make(readOptions(request, defaults)));
  return jsonAnswer(JSON.stringify(shownState(reply), null, request.pretty ? 4 : 0) + request.jsonEnd);
}

/** The enterprise edition alone makes more of the tolerance than what holds now. */
function shownState({Healthy, FailureTolerance, Servers, Leader, Voters}: AutopilotState): Readonly<Record<string, unknown>> {
  const servers = [...(Servers ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    Healthy,
    FailureTolerance,
    OptimisticFailureTolerance: FailureTolerance,
    Servers: Object.fromEntries(servers.flatMap(([id, server]) => (server === null ? [] : [[id, shownServer(server)] as const]))),
    Leader,
    Voters,
  };
}

function shownServer({Server, State, Stats, Health}: AutopilotServerState): Readonly<Record<string, unknown>> {
  const meta = [...(Server.Meta ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ID: Server.ID,
    Name: Server.Name,
    Address: Server.Address,
    NodeStatus: Server.NodeStatus,
    Version: Server.Version,
    LastContact: formatGoDuration(Stats.LastContact),
    LastTerm: Stats.LastTerm,
    LastIndex: Stats.LastIndex,
    Healthy: Health.Healthy,
    StableSince: formatGoTime(Health.StableSince),
    ReadReplica: Server.NodeType === 'read-replica',
    Status: State,
    Meta: Server.Meta === null ? null : Object.fromEntries(meta),
    NodeType: Server.NodeType,
  };
}
