import {ConsulError} from '../../consul-error.ts';
import {jsonAnswer, textAnswer} from '../../http/answer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {type HttpMethod, type Route, type RouteHandler} from '../../http/route.ts';

type KnownRoute = readonly [path: string, ...methods: HttpMethod[]];

/** Every path of Consul's API outside the ACL system that not all agents serve yet (http-core.md §6). */
const known: readonly KnownRoute[] = [
  ['/v1/agent/self', 'GET'],
  ['/v1/agent/host', 'GET'],
  ['/v1/agent/version', 'GET'],
  ['/v1/agent/metrics', 'GET'],
  ['/v1/agent/metrics/stream', 'GET'],
  ['/v1/agent/monitor', 'GET'],
  ['/v1/agent/members', 'GET'],
  ['/v1/agent/maintenance', 'PUT'],
  ['/v1/agent/reload', 'PUT'],
  ['/v1/agent/leave', 'PUT'],
  ['/v1/agent/join/', 'PUT'],
  ['/v1/agent/force-leave/', 'PUT'],
  ['/v1/agent/token/', 'PUT'],
  ['/v1/agent/connect/authorize', 'POST'],
  ['/v1/agent/connect/ca/roots', 'GET'],
  ['/v1/agent/connect/ca/leaf/', 'GET'],
  ['/v1/event/fire/', 'PUT'],
  ['/v1/event/list', 'GET'],
  ['/v1/coordinate/datacenters', 'GET'],
  ['/v1/coordinate/nodes', 'GET'],
  ['/v1/coordinate/node/', 'GET'],
  ['/v1/coordinate/update', 'PUT'],
  ['/v1/snapshot', 'GET', 'PUT'],
  ['/v1/query', 'GET', 'POST'],
  ['/v1/operator/raft/configuration', 'GET'],
  ['/v1/operator/raft/transfer-leader', 'POST'],
  ['/v1/operator/raft/peer', 'DELETE'],
  ['/v1/operator/keyring', 'GET', 'POST', 'PUT', 'DELETE'],
  ['/v1/operator/usage', 'GET'],
  ['/v1/operator/autopilot/configuration', 'GET', 'PUT'],
  ['/v1/operator/autopilot/health', 'GET'],
  ['/v1/operator/autopilot/state', 'GET'],
  ['/v1/internal/ui/nodes', 'GET'],
  ['/v1/internal/ui/node/', 'GET'],
  ['/v1/internal/ui/services', 'GET'],
  ['/v1/internal/ui/exported-services', 'GET'],
  ['/v1/internal/ui/catalog-overview', 'GET'],
  ['/v1/internal/ui/gateway-services-nodes/', 'GET'],
  ['/v1/internal/ui/gateway-intentions/', 'GET'],
  ['/v1/internal/ui/service-topology/', 'GET'],
  ['/v1/internal/ui/metrics-proxy/', 'GET'],
  ['/v1/internal/service-virtual-ip', 'PUT'],
  ['/v1/internal/federation-states', 'GET'],
  ['/v1/internal/federation-states/mesh-gateways', 'GET'],
  ['/v1/internal/federation-state/', 'GET'],
  ['/v1/config', 'PUT'],
  ['/v1/config/', 'GET', 'DELETE'],
  ['/v1/connect/ca/configuration', 'GET', 'PUT'],
  ['/v1/connect/ca/roots', 'GET'],
  ['/v1/connect/intentions', 'GET', 'POST'],
  ['/v1/connect/intentions/match', 'GET'],
  ['/v1/connect/intentions/check', 'GET'],
  ['/v1/connect/intentions/exact', 'GET', 'PUT', 'DELETE'],
  ['/v1/connect/intentions/', 'GET', 'PUT', 'DELETE'],
  ['/v1/discovery-chain/', 'GET', 'POST'],
  ['/v1/exported-services', 'GET'],
  ['/v1/peering/token', 'POST'],
  ['/v1/peering/establish', 'POST'],
  ['/v1/peering/', 'GET', 'DELETE'],
  ['/v1/peerings', 'GET'],
];

/** Paths of the ACL system, which all say that it is off while it is. */
const acl: readonly KnownRoute[] = [
  ['/v1/acl/bootstrap', 'PUT'],
  ['/v1/acl/login', 'POST'],
  ['/v1/acl/logout', 'POST'],
  ['/v1/acl/replication', 'GET'],
  ['/v1/acl/policies', 'GET'],
  ['/v1/acl/policy', 'PUT'],
  ['/v1/acl/policy/', 'GET', 'PUT', 'DELETE'],
  ['/v1/acl/policy/name/', 'GET'],
  ['/v1/acl/roles', 'GET'],
  ['/v1/acl/role', 'PUT'],
  ['/v1/acl/role/', 'GET', 'PUT', 'DELETE'],
  ['/v1/acl/role/name/', 'GET'],
  ['/v1/acl/binding-rules', 'GET'],
  ['/v1/acl/binding-rule', 'PUT'],
  ['/v1/acl/binding-rule/', 'GET', 'PUT', 'DELETE'],
  ['/v1/acl/auth-methods', 'GET'],
  ['/v1/acl/auth-method', 'PUT'],
  ['/v1/acl/auth-method/', 'GET', 'PUT', 'DELETE'],
  ['/v1/acl/tokens', 'GET'],
  ['/v1/acl/token', 'PUT'],
  ['/v1/acl/token/', 'GET', 'PUT', 'DELETE'],
  ['/v1/acl/token/self', 'GET'],
  ['/v1/acl/templated-policies', 'GET'],
  ['/v1/acl/templated-policy/name/', 'GET'],
  ['/v1/acl/templated-policy/preview/', 'POST'],
  ['/v1/internal/acl/authorize', 'POST'],
];

/**
 * What Consul serves and `served` does not: the right methods get an honest 501 (docs/compatibility.md), OPTIONS and wrong
 * methods are answered as by Consul. While ACLs are off, the ACL system's paths say so.
 */
export function restOfRoutes(served: readonly Route[]): readonly Route[] {
  const paths = new Set(served.map(({path}) => path));
  const rest = (routes: readonly KnownRoute[], handler: (path: string) => RouteHandler): Route[] =>
    routes
      .filter(([path]) => !paths.has(path))
      .map(([path, ...methods]) => ({path, methods: Object.fromEntries(methods.map((method) => [method, handler(path)]))}));
  const queries = paths.has(queryRoute.path) ? [] : [queryRoute];
  return [...rest(known, unsupported), ...queries, ...rest(acl, () => aclDisabled)];
}

/** Answers OPTIONS and wrong methods in a way of its own, by what the path ends in (http-core.md §1.2). */
const queryRoute: Route = {
  path: '/v1/query/',
  methods: {},
  ownMethods: (request: ApiRequest) => {
    const allowed = /\/(execute|explain)$/.test(request.rawPath) ? ['GET'] : ['GET', 'PUT', 'DELETE'];
    if (request.method === 'OPTIONS') return jsonAnswer('{}', [['Allow', ['OPTIONS', ...allowed].join(',')]]);
    if (allowed.includes(request.method)) return unsupported('/v1/query/')(request);
    return {...textAnswer(405, `method ${request.method} not allowed`), headers: [['Allow', allowed.join(',')]]};
  },
};

function unsupported(path: string): RouteHandler {
  return () => {
    throw new ConsulError(`${path} is not supported by this version of Proconsul yet`, 501);
  };
}

function aclDisabled(): never {
  throw new ConsulError('ACL support disabled', 401);
}
