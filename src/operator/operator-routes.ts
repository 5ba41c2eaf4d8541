import {ConsulError} from '../consul-error.ts';
import {type Answer, boolAnswer, emptyAnswer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refusePartition} from '../http/enterprise.ts';
import {jsonBody} from '../http/json-body.ts';
import {type ReadDefaults, readOptions, writeOptions} from '../http/query-options.ts';
import {type Route} from '../http/route.ts';
import {badUint} from '../kv/errors.ts';
import {type Router} from '../rpc/router.ts';
import {withJson} from '../schema/combinators.ts';
import {formatGoDuration} from '../schema/go-duration.ts';
import {formatGoTime} from '../schema/go-time.ts';
import {JsonObject} from '../schema/json-node.ts';
import {DCSpecificRequest} from '../schema/rpc-common.ts';
import {struct} from '../schema/struct.ts';
import {bool, duration, str, uint} from '../schema/types.ts';
import {
  autopilotGetConfiguration,
  autopilotSetConfiguration,
  raftGetConfiguration,
  raftRemovePeerByAddress,
  raftRemovePeerById,
  raftTransferLeader,
  serverHealth,
} from './methods.ts';
import {AutopilotConfig, autopilotDefaults, type AutopilotServerHealth, RaftConfigurationResponse, serfStatusNames} from './schema.ts';

export interface OperatorRouteOptions {
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
    MinQuorum: uint,
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

/** `/v1/operator/raft/…` and `/v1/operator/autopilot/…` (http-core.md §17). */
export function operatorRoutes(options: OperatorRouteOptions): readonly Route[] {
  return [
    {path: '/v1/operator/raft/configuration', methods: {GET: (request) => raftConfiguration(options, request)}},
    {path: '/v1/operator/raft/transfer-leader', methods: {POST: (request) => transferLeader(options, request)}},
    {path: '/v1/operator/raft/peer', methods: {DELETE: (request) => removePeer(options, request)}},
    {
      path: '/v1/operator/autopilot/configuration',
      methods: {GET: (request) => getAutopilot(options, request), PUT: (request) => setAutopilot(options, request)},
    },
    {path: '/v1/operator/autopilot/health', methods: {GET: (request) => autopilotHealth(options, request)}},
  ];
}

async function raftConfiguration({router, defaults}: OperatorRouteOptions, request: ApiRequest): Promise<Answer> {
  const reply = await router.call(raftGetConfiguration, DCSpecificRequest.make(readOptions(request, defaults)));
  return jsonAnswer(RaftConfigurationResponse.toJson(reply, {pretty: request.pretty}) + request.jsonEnd);
}

async function transferLeader({router, defaults}: OperatorRouteOptions, request: ApiRequest): Promise<Answer> {
  refusePartition(request);
  await router.call(raftTransferLeader, {...writeOptions(request, defaults), ID: request.query.get('id'), Address: ''});
  return jsonAnswer((request.pretty ? '{\n    "Success": true\n}' : '{"Success":true}') + request.jsonEnd);
}

async function removePeer({router, defaults}: OperatorRouteOptions, request: ApiRequest): Promise<Answer> {
  const ID = request.query.get('id');
  const Address = request.query.get('address');
  if (ID === '' && Address === '') {
    throw new ConsulError("Must specify either ?id with the server's ID or ?address with IP:port of peer to remove", 400);
  }
  if (ID !== '' && Address !== '') throw new ConsulError('Must specify only one of ?id or ?address', 400);
  await router.call(ID === '' ? raftRemovePeerByAddress : raftRemovePeerById, {...writeOptions(request, defaults), ID, Address});
  return emptyAnswer;
}

async function getAutopilot({router, defaults}: OperatorRouteOptions, request: ApiRequest): Promise<Answer> {
  const config = await router.call(autopilotGetConfiguration, DCSpecificRequest.make(readOptions(request, defaults)));
  return jsonAnswer(AutopilotConfig.toJson(config, {pretty: request.pretty}) + request.jsonEnd);
}

async function setAutopilot({router, defaults, bodyBytesMax}: OperatorRouteOptions, request: ApiRequest): Promise<Answer> {
  const Config = await jsonBody(request, ConfigBody, bodyBytesMax, (why) => new ConsulError(`Error parsing autopilot config: ${why}`, 400));
  const isCas = request.query.has('cas');
  const ModifyIndex = isCas ? casIndex(request.query.get('cas')) : Config.ModifyIndex;
  const done = await router.call(autopilotSetConfiguration, {...writeOptions(request, defaults), Config: {...Config, ModifyIndex}, CAS: isCas});
  return boolAnswer(request, done);
}

function casIndex(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new ConsulError(`Error parsing cas value: ${badUint(text, 'invalid syntax').message}`, 400);
}

async function autopilotHealth({router, defaults}: OperatorRouteOptions, request: ApiRequest): Promise<Answer> {
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
