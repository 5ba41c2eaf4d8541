import {type Answer, jsonAnswer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {refuseEnterprise} from '../http/enterprise.ts';
import {metaHeaders} from '../http/query-meta.ts';
import {type ReadDefaults, readOptions} from '../http/query-options.ts';
import {callReadAtLevel} from '../http/read-answer.ts';
import {type Route} from '../http/route.ts';
import {type Router} from '../rpc/router.ts';
import {operatorUsage} from './methods.ts';
import {OperatorUsageRequest, Usage} from './usage-schema.ts';

export interface UsageRouteOptions {
  readonly router: Router;
  readonly defaults: ReadDefaults;
}

/** `/v1/operator/usage` (http-core.md §17). */
export function usageRoutes(options: UsageRouteOptions): readonly Route[] {
  return [{path: '/v1/operator/usage', methods: {GET: (request) => usage(options, request)}}];
}

async function usage({router, defaults}: UsageRouteOptions, request: ApiRequest): Promise<Answer> {
  refuseEnterprise(request);
  // A datacenter that is named is not looked at: it is this one, or with `global` all of them (seen at 1.21.4).
  const read = {...readOptions(request, defaults), Datacenter: defaults.datacenter};
  const body = OperatorUsageRequest.make({...read, Global: request.query.has('global')});
  const reply = await callReadAtLevel(router, operatorUsage, body, request);
  return jsonAnswer(Usage.toJson(reply, {pretty: request.pretty}) + request.jsonEnd, metaHeaders(reply));
}
