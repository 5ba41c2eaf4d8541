import {ask, del, get, put, send, until, type HttpStep, type Scenario, type Step} from '../scenario.ts';

const ROOT = '00000000-1111-4222-8333-444444444444';
const WEB = '00000000-1111-4222-8333-555555555555';
const WEB_ACCESSOR = '99999999-1111-4222-8333-555555555555';
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** What the token of the second half may do, as rules and as a test's authorizer puts it. */
const WEB_RULES = `
service "web" { policy = "write" }
node "n1" { policy = "read" }
key_prefix "web/" { policy = "write" }
key "web" { policy = "read" }
session "n1" { policy = "write" }
event "web" { policy = "write" }
agent "n1" { policy = "read" }
`;

/** The secrets of the scenario's two tokens, and what stands in texts about the second. */
export const aclTokens = {root: ROOT, web: WEB, webAccessor: WEB_ACCESSOR} as const;

const asRoot = {headers: {'X-Consul-Token': ROOT}, withoutHeaders: ['x-consul-default-acl-policy']};
const left = {withoutHeaders: ['x-consul-default-acl-policy', 'x-consul-index', 'x-consul-lastcontact', 'cache-control']};

const setup: Step[] = [
  put('/v1/acl/policy', {Name: 'web', Rules: WEB_RULES}, asRoot),
  put('/v1/acl/token', {AccessorID: WEB_ACCESSOR, SecretID: WEB, Policies: [{Name: 'web'}]}, asRoot),
];

const fixtures: Step[] = [
  put('/v1/agent/service/register', {Name: 'web', Port: 80, Token: ROOT, Check: {CheckID: 'web-ttl', TTL: '1h', Status: 'passing'}}, asRoot),
  put('/v1/agent/service/register', {Name: 'db', Port: 5432, Token: ROOT, Check: {CheckID: 'db-ttl', TTL: '1h', Status: 'passing'}}, asRoot),
  put('/v1/agent/check/register', {ID: 'node-ttl', Name: 'of the node', TTL: '1h', Status: 'passing', Token: ROOT}, asRoot),
  put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Service: {Service: 'web'}, Check: {Name: 'alive', Status: 'passing'}}, asRoot),
  put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Service: {ID: 'db1', Service: 'db'}, Check: {CheckID: 'db1', Name: 'db1', ServiceID: 'db1', Status: 'passing'}}, asRoot),
  ...['web', 'web/a', 'web/b', 'other', 'other/a'].map((key) => put(`/v1/kv/${key}`, 'x', asRoot)),
  put('/v1/session/create', {Node: 'n1', Checks: []}, {...asRoot, capture: {own: 'ID'}}),
  put('/v1/session/create', {Node: 'foo', Checks: []}, {...asRoot, capture: {foreign: 'ID'}}),
  put('/v1/event/fire/web', 'x', {...asRoot, view: 'shape'}),
  put('/v1/event/fire/other', 'x', {...asRoot, view: 'shape'}),
  ...['web', 'db'].map((service): Step => ({...until(`/v1/health/service/${service}?token=${ROOT}`, '"n1".*"foo"|"foo".*"n1"')})),
  {...until(`/v1/event/list?token=${ROOT}`, '"web".*"other"|"other".*"web"')},
  {...until(`/v1/health/node/n1?token=${ROOT}`, 'node-ttl')},
];

const OWN_NODE = 'Node == n1';
const OWN_MEMBER = 'Name == n1';

/** Whether something was hidden is told whatever the expression leaves. */
const filters: readonly (readonly [path: string, expression: string])[] = [
  ...[OWN_MEMBER, 'Name == zz', 'Nope == x'].map((expression) => ['agent/members', expression] as const),
  ...['Service == web', 'Service == db', 'Nope == x'].map((expression) => ['agent/services', expression] as const),
  ...['ServiceName == web', 'ServiceName == db', 'Nope == x'].map((expression) => ['agent/checks', expression] as const),
  ...[OWN_NODE, 'Node == foo', 'Nope == x'].map((expression) => ['catalog/nodes', expression] as const),
  ...['ServiceName == web', 'ServiceName == db', 'Node == foo', 'Nope == x'].map((expression) => ['catalog/services', expression] as const),
  ...['ServiceID == web', 'Node == foo', 'Nope == x'].flatMap((expression) => [['catalog/service/web', expression], ['catalog/service/db', expression], ['catalog/connect/web', expression]] as const),
  ...['Service == web', 'Service == db', 'Nope == x'].flatMap((expression) => [['catalog/node/foo', expression]] as const),
  ...['ServiceName == web', 'ServiceName == db', 'Status == zz', 'Nope == x'].flatMap((expression) => [['health/node/n1', expression], ['health/checks/web', expression], ['health/checks/db', expression], ['health/state/any', expression]] as const),
  ...['Service.ID == web', 'Node.Node == foo', 'Nope == x'].flatMap((expression) => [['health/service/web', expression], ['health/service/db', expression], ['internal/ui/services', expression]] as const),
  ...[OWN_NODE, 'Node == foo', 'Nope == x'].map((expression) => ['internal/ui/nodes', expression] as const),
];

const coordinate = {Node: 'n1', Coord: {Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1, Adjustment: 0, Height: 0.1}};
const txnOps = [
  {KV: {Verb: 'get', Key: 'web'}}, {KV: {Verb: 'get', Key: 'other'}}, {KV: {Verb: 'get-tree', Key: 'web'}}, {Node: {Verb: 'get', Node: {Node: 'foo'}}}, {Service: {Verb: 'get', Node: 'foo', Service: {ID: 'db1', Service: 'db'}}},
];
const txnRefused = [
  {KV: {Verb: 'set', Key: 'other', Value: ''}}, {KV: {Verb: 'check-index', Key: 'other', Index: 1}}, {KV: {Verb: 'delete-tree', Key: 'web'}}, {Node: {Verb: 'set', Node: {Node: 'foo', Address: '10.0.0.9'}}},
  {Service: {Verb: 'set', Node: 'foo', Service: {Service: 'db'}}}, {Check: {Verb: 'set', Check: {Node: 'foo', CheckID: 'alive', Name: 'alive', Status: 'critical'}}},
];

function questions(token: string): Step[] {
  const headers = token === '' ? {} : {'X-Consul-Token': token};
  const sorted = {...left, headers, view: 'sorted'} as const;
  const status = {...left, headers, view: 'none'} as const;
  const text = {...left, headers};
  const reads: HttpStep[] = [
    ...['agent/self', 'agent/metrics', 'agent/host', 'agent/version', 'status/leader', 'status/peers', 'coordinate/datacenters', 'operator/raft/configuration', 'operator/autopilot/configuration', 'operator/usage', 'operator/keyring'].map((path) => get(`/v1/${path}`, status)),
    get('/v1/operator/raft/configuration', text), get('/v1/operator/usage', text), get('/v1/operator/keyring', text), get('/v1/agent/host', text), get('/v1/agent/self', token === '' ? text : status),
    ...['agent/members', 'agent/services', 'agent/checks', 'agent/service/web', 'agent/service/db', 'agent/service/nope', 'agent/health/service/id/web', 'agent/health/service/id/db', 'agent/health/service/name/web', 'agent/health/service/name/db', 'agent/health/service/name/nope'].map((path) => get(`/v1/${path}`, {...sorted, ...(path === 'agent/members' && {view: 'shape'})})),
    ...['catalog/datacenters', 'catalog/nodes', 'catalog/services', 'catalog/service/web', 'catalog/service/db', 'catalog/connect/web', 'catalog/node/n1', 'catalog/node/foo', 'catalog/node-services/n1', 'catalog/node-services/foo', 'catalog/gateway-services/web'].map((path) => get(`/v1/${path}`, {...sorted, ...(/n1|nodes/.test(path) && {view: 'shape'})})),
    ...['health/node/n1', 'health/node/foo', 'health/checks/web', 'health/checks/db', 'health/state/any', 'health/state/passing', 'health/service/web', 'health/service/db', 'health/connect/web', 'health/ingress/web'].map((path) => get(`/v1/${path}`, sorted)),
    ...['internal/ui/nodes', 'internal/ui/node/foo', 'internal/ui/services', 'internal/ui/catalog-overview'].map((path) => get(`/v1/${path}`, {...sorted, ...(path.endsWith('nodes') && {view: 'shape'})})),
    ...filters.map(([path, expression]) => get(`/v1/${path}?filter=${encodeURIComponent(expression)}`, {...sorted, ...([OWN_NODE, OWN_MEMBER].includes(expression) && {view: 'shape'})})),
    ...['web', 'other', 'missing', 'web/missing', 'web?recurse', '?recurse', '?keys', 'web?keys', 'other?keys', 'web/?keys&separator=/'].map((path) => get(`/v1/kv/${path}`, text)),
    ...['session/info/{{own}}', 'session/info/{{foreign}}', 'session/node/n1', 'session/node/foo', 'session/list'].map((path) => get(`/v1/${path}`, sorted)),
    get('/v1/event/list', {...text, view: 'shape'}), get('/v1/event/list?name=other', {...text, view: 'shape'}), get('/v1/coordinate/nodes', {...text, view: 'shape'}), get('/v1/coordinate/node/n1', {...text, view: token === '' ? 'text' : 'none'}), get('/v1/coordinate/node/foo', text),
    get('/v1/snapshot', text), put('/v1/txn', txnOps.slice(0, 3), text), put('/v1/txn', txnOps, text),
  ];
  const writes: HttpStep[] = [
    ...['web', 'db'].flatMap((name) => [
      put('/v1/agent/service/register', {ID: `${name}2`, Name: name}, text), put('/v1/agent/service/register', {ID: name, Name: name === 'web' ? 'db' : 'web'}, text), put(`/v1/agent/service/maintenance/${name}?enable=true&reason=r`, '', text), put(`/v1/agent/service/maintenance/${name}?enable=false`, '', text),
      put(`/v1/agent/check/pass/${name}-ttl`, '', text), put(`/v1/agent/check/update/${name}-ttl`, {Status: 'passing'}, text), put('/v1/agent/check/register', {ID: `${name}-more`, Name: 'more', TTL: '1h', ServiceID: name}, text), put(`/v1/agent/check/deregister/${name}-more`, '', text),
    ]),
    put('/v1/agent/service/register', {Name: 'web-proxy', Kind: 'connect-proxy', Port: 1, Proxy: {DestinationServiceName: 'web'}}, text), put('/v1/agent/service/register', {Name: 'web', ID: 'web3', Connect: {SidecarService: {}}}, text), put('/v1/agent/service/register', {Name: 'web', ID: 'web4', Kind: 'connect-proxy', Port: 1, Proxy: {DestinationServiceName: 'db'}}, text), put('/v1/agent/service/register', {Name: 'web', ID: 'web5', Connect: {SidecarService: {Name: 'web'}}}, text), put('/v1/agent/service/register', {Name: 'web', ID: 'web6', Connect: {SidecarService: {Name: 'web', Proxy: {DestinationServiceName: 'db'}}}}, text), put('/v1/agent/service/deregister/web2', '', text), put('/v1/agent/service/deregister/db', '', text), put('/v1/agent/service/deregister/nope', '', text),
    put('/v1/agent/check/register', {Name: 'mine', TTL: '1h'}, text), put('/v1/agent/check/pass/node-ttl', '', text), put('/v1/agent/check/deregister/node-ttl', '', text), put('/v1/agent/check/deregister/nope', '', text),
    put('/v1/agent/maintenance?enable=true', '', text), put('/v1/agent/reload', '', text), put('/v1/agent/join/127.0.0.1:1', '', text), put('/v1/agent/leave', '', text), put('/v1/agent/force-leave/nope', '', text), get('/v1/agent/monitor?loglevel=zz', text),
    put('/v1/catalog/register', {Node: 'new', Address: '10.0.0.2'}, text), put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.9'}, text), put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Service: {ID: 'web9', Service: 'web'}}, text), put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Service: {ID: 'db9', Service: 'db'}}, text),
    put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Service: {ID: 'db1', Service: 'web'}}, text), put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Check: {Name: 'x', Status: 'passing'}}, text), put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Check: {Name: 'x', Status: 'passing', ServiceID: 'web9'}}, text), put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Check: {Name: 'x', Status: 'passing', ServiceID: 'db1'}}, text),
    put('/v1/catalog/register', {Node: 'foo', Address: '10.0.0.1', Service: {ID: 'web8', Service: 'web', Kind: 'connect-proxy', Port: 1, Proxy: {DestinationServiceName: 'db'}}}, text), put('/v1/catalog/deregister', {Node: 'foo'}, text), put('/v1/catalog/deregister', {Node: 'foo', ServiceID: 'db1'}, text), put('/v1/catalog/deregister', {Node: 'foo', ServiceID: 'web9'}, text), put('/v1/catalog/deregister', {Node: 'foo', CheckID: 'alive'}, text), put('/v1/catalog/deregister', {Node: 'foo', CheckID: 'db1'}, text), put('/v1/catalog/deregister', {Node: 'nope'}, text),
    ...['web', 'other', 'web/new'].flatMap((key) => [put(`/v1/kv/${key}`, 'y', text), put(`/v1/kv/${key}?acquire={{own}}`, 'y', text), put(`/v1/kv/${key}?release={{own}}`, 'y', text), put(`/v1/kv/${key}?cas=0`, 'y', text), del(`/v1/kv/${key}?cas=1`, text)]),
    del('/v1/kv/other', text), del('/v1/kv/web?recurse', text), del('/v1/kv/web/new?recurse', text), del('/v1/kv/?recurse', text),
    put('/v1/session/create', {Node: 'n1', Checks: []}, text), put('/v1/session/create', {Node: 'foo', Checks: []}, text), put('/v1/session/renew/{{own}}', '', {...text, view: 'shape'}), put('/v1/session/renew/{{foreign}}', '', {...text, view: 'shape'}), put(`/v1/session/destroy/{{foreign}}`, '', text), put(`/v1/session/destroy/${NOBODY}`, '', text),
    put('/v1/event/fire/web', 'x', {...text, view: 'shape'}), put('/v1/event/fire/other', 'x', text),
    put('/v1/coordinate/update', coordinate, text), put('/v1/txn', txnRefused, text), ...txnRefused.map((op) => put('/v1/txn', [op], text)), put('/v1/txn', [{KV: {Verb: 'set', Key: 'web/txn', Value: ''}}, {KV: {Verb: 'delete-tree', Key: 'web/txn'}}], {...text, view: 'shape'}),
    ask('POST', '/v1/operator/raft/transfer-leader', text), del('/v1/operator/raft/peer?id=x', text), put('/v1/operator/autopilot/configuration', {}, text), send('POST', '/v1/operator/keyring', {Key: 'x'}, text), send('PUT', '/v1/operator/keyring', {Key: 'x'}, text), send('DELETE', '/v1/operator/keyring', {Key: 'x'}, text), put('/v1/snapshot', 'no archive', text),
  ];
  return [...reads, ...writes];
}

/**
 * Sheet acl §9: what each endpoint demands, and what it leaves out, for a token that may do nothing and for one that may
 * do a little. Programs without ACLs of their own are played in a process that knows the two tokens.
 */
export const aclDenied: Scenario = {
  name: 'acl-denied',
  mode: 'dev',
  config: {acl: {enabled: true, default_policy: 'deny', tokens: {initial_management: ROOT, agent: ROOT}}},
  token: ROOT,
  setup,
  steps: [...fixtures, ...questions(''), ...questions(WEB)],
};
