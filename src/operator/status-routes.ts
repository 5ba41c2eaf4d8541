import {type Answer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {type ReadDefaults, readOptions} from '../http/query-options.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {DCSpecificRequest} from '../schema/rpc-common.ts';
import {list, str} from '../schema/types.ts';
import {statusLeader, statusPeers} from './status-methods.ts';

const addresses = list(str);

/** `/v1/status/` (http-core.md §16). */
export function statusRoutes(router: Router, defaults: ReadDefaults): readonly Route[] {
  const leader = async (request: ApiRequest): Promise<Answer> => {
    const address = await router.call(statusLeader, DCSpecificRequest.make(readOptions(request, defaults)));
    return jsonAnswer(str.toJson(address) + request.jsonEnd);
  };
  const peers = async (request: ApiRequest): Promise<Answer> => {
    const all = await router.call(statusPeers, DCSpecificRequest.make(readOptions(request, defaults)));
    return jsonAnswer(addresses.toJson(all ?? [], {pretty: request.pretty}) + request.jsonEnd);
  };
  return [
    {path: '/v1/status/leader', methods: {GET: leader}},
    {path: '/v1/status/peers', methods: {GET: peers}},
  ];
}
