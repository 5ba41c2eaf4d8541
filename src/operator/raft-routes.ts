import {ConsulError} from '../consul-error.ts';
import {type Answer, emptyAnswer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refusePartition} from '../http/enterprise.ts';
import {type ReadDefaults, readOptions, writeOptions} from '../http/query-options.ts';
import {type Route} from '../http/route.ts';
import {withoutCallPrefix} from '../rpc/net/rpc-error.ts';
import {type Router} from '../rpc/router.ts';
import {DCSpecificRequest} from '../schema/rpc-common.ts';
import {raftGetConfiguration, raftRemovePeerByAddress, raftRemovePeerById, raftTransferLeader} from './methods.ts';
import {RaftConfigurationResponse} from './schema.ts';

export interface RaftRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
}

/** `/v1/operator/raft/…` (http-core.md §17). */
export function raftRoutes(options: RaftRouteOptions): readonly Route[] {
  return [
    {path: '/v1/operator/raft/configuration', methods: {GET: (request) => raftConfiguration(options, request)}},
    {path: '/v1/operator/raft/transfer-leader', methods: {POST: (request) => transferLeader(options, request)}},
    {path: '/v1/operator/raft/peer', methods: {DELETE: (request) => removePeer(options, request)}},
  ];
}

async function raftConfiguration({router, defaults}: RaftRouteOptions, request: ApiRequest): Promise<Answer> {
  const reply = await router.call(raftGetConfiguration, DCSpecificRequest.make(readOptions(request, defaults)));
  return jsonAnswer(RaftConfigurationResponse.toJson(reply, {pretty: request.pretty}) + request.jsonEnd);
}

async function transferLeader({router, defaults}: RaftRouteOptions, request: ApiRequest): Promise<Answer> {
  refusePartition(request);
  // Always the leader of this datacenter, whatever `dc` says; it answers as if it had been asked itself (seen at 1.21.4).
  const {Token} = writeOptions(request, defaults);
  try {
    await router.call(raftTransferLeader, {Datacenter: defaults.datacenter, Token, ID: request.query.get('id'), Address: ''});
  } catch (error) {
    throw error instanceof ConsulError ? new ConsulError(withoutCallPrefix(error.message), error.httpStatus) : error;
  }
  return jsonAnswer((request.pretty ? '{\n    "Success": true\n}' : '{"Success":true}') + request.jsonEnd);
}

async function removePeer({router, defaults}: RaftRouteOptions, request: ApiRequest): Promise<Answer> {
  const {query} = request;
  const [hasId, hasAddress] = [query.has('id'), query.has('address')];
  if (!hasId && !hasAddress) {
    throw new ConsulError("Must specify either ?id with the server's ID or ?address with IP:port of peer to remove", 400);
  }
  if (hasId && hasAddress) throw new ConsulError('Must specify only one of ?id or ?address', 400);
  const method = hasId ? raftRemovePeerById : raftRemovePeerByAddress;
  await router.call(method, {...writeOptions(request, defaults), ID: query.get('id'), Address: query.get('address')});
  return emptyAnswer;
}
