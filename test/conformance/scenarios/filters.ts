import {blocking, cli, get, put, type HttpStep, type Scenario, type Step} from '../scenario.ts';

/** A read with an expression; `path` may have a query of its own. */
export function filtered(path: string, expression: string, options: Parameters<typeof get>[1] = {}): HttpStep {
  return get(`/v1/${path}${path.includes('?') ? '&' : '?'}filter=${encodeURIComponent(expression)}`, {note: expression, ...options});
}

const register = (body: unknown): HttpStep => put('/v1/catalog/register', body);

/** Few records that differ in all that can be asked about. */
export const filterFixtures: readonly HttpStep[] = [
  register({
    Node: 'm1', Address: '10.0.0.1', NodeMeta: {'a': 'x', 'some-key': 'y', 'e': ''}, TaggedAddresses: {lan: '10.0.0.1'},
    Service: {ID: 'w1', Service: 'web', Tags: ['v1'], Port: 80, Address: '1.1.1.1', Meta: {k: 'v'}, Weights: {Passing: 3, Warning: 2}, TaggedAddresses: {lan: {Address: '9.9.9.9', Port: 99}}, EnableTagOverride: true},
    Checks: [{Node: 'm1', CheckID: 'c1', Name: 'c one', Status: 'passing', ServiceID: 'w1', Output: 'ok'}, {Node: 'm1', CheckID: 'c2', Status: 'critical'}],
  }),
  register({Node: 'm2', Address: '10.0.0.2', Service: {ID: 'w2', Service: 'web', Port: 81}}),
  register({Node: 'm3', Address: '10.0.0.3', Service: {
    Kind: 'connect-proxy', ID: 'p1', Service: 'web-proxy', Port: 8100,
    Proxy: {DestinationServiceName: 'web', Upstreams: [{DestinationName: 'db', LocalBindPort: 1234}, {DestinationName: 'redis', LocalBindPort: 1235, MeshGateway: {Mode: 'local'}}], Expose: {Paths: [{Path: '/x', ListenerPort: 1}]}},
  }}),
  register({Node: 'm4', Address: '10.0.0.4'}),
  register({
    Node: 'm1', Address: '10.0.0.1', SkipNodeUpdate: true, Service: {ID: 'd1', Service: 'db', Tags: ['prod'], Port: 5432, Meta: {'k': 'w', 'a-b': 'é'}},
    Checks: [{Node: 'm1', CheckID: 'c3', Name: 'dbc', Status: 'warning', ServiceID: 'd1', Output: 'a\nb <x>'}],
  }),
];

/** Right and wrong ways to write an expression, asked of an empty list: what is right gives `[]`. */
const written = [
  'Node==x', ' Node == x ', 'Node\n==\tx', 'Node == x and Node == y', 'Node == x or Node == y and not Node == z', 'not not Node == x', 'not (Node == x)', '( Node == x )', '((Node==x))',
  '(Node == x) and (Node == y)', 'Node == "a b"', 'Node == `a b`', 'Node == `a\nb`', 'Node == "\\x41"', 'Node == "\\u00e9\\U0001F600\\101\\t"', 'Node == -1', 'Node == 1.5', 'Node == a.b.c', 'Node == a["b"]',
  'x in Node', '"x" in Node', '1 in Node', 'x not in Node', 'Node contains x', 'Node not contains x', 'Node matches x', 'Node not matches "x"', 'ServiceTags is empty', 'ServiceTags is not empty',
  'NodeMeta["a b"] == x', 'NodeMeta[ `a` ] == x', 'NodeMeta.a_1 == x', 'or in Node', 'in in Node', 'not in Node', 'not not in Node', 'Node == not', 'Node == and and Node == or', '-0 in Node', '0.50 in Node',
  // unfinished
  'a', 'a ', 'a b', 'Node', 'Node =', 'Node ==', 'Node == ', 'Node !', 'Node != ', 'Node ==x and', 'Node == x and ', 'Node == x an', 'Node == x or', 'Node == x or ', 'Node == x orx', 'Node == x or Node', 'Node is', 'Node is ', 'Node is n', 'Node is not', 'Node is not ',
  'Node contains', 'Node contains ', 'Node matches', 'Node matchesx', 'Node not', 'Node not ', 'Node not contains ', 'Node not matches', 'x in', 'x in ', 'x not in', 'x not in ', 'not', 'not ', 'not(', 'not and', 'Node is emptyx', 'Node is empty or', 'Node is not emptyx',
  // parentheses
  '(', '()', '(Node', '(Node == x', '(Node == x ', '((Node == x)', 'Node == x)', 'Node == x )', '( Node == x )x', '(Node == x)and Node == y', '(Node == x) and(Node == y)', 'not(Node == x)', 'not (Node == x', 'Node == (', '(Node == 1x)', '1.5)(in', '0)',
  // values
  "Node == 'x'", 'Node == é', 'Node == "é" x', '"é" x', 'Node == 01', 'Node == 1.', 'Node == 1x', 'Node == 1.5x', '1', '1x', '1 ', '1.5.5 in Node', '0', '00', '-', '-x', '-0.', '"', '"x', '`x', '`x`', '"x"', '"a"in Node', 'Node == "a', 'Node == "\\q"', 'Node == "\\x4"',
  'Node == "\\ud800"', 'Node == "a\nb"', 'Node == "a\\"b"', 'Node == 1)', 'x in 1', 'x in "a"', 'x not in 1', 'Node == "\\400"', 'Node == "\\\'"', '+1 in Node', '1e5 in Node', '0x10 in Node',
  // selectors
  'Node[', 'Node[ ', 'Node["', 'Node["a', 'Node["a"', 'Node["a" ', 'Node["a"]', 'Node["a" b', 'Node[1]', 'Node[a]', 'NodeMeta.', 'NodeMeta.1', 'NodeMeta.a.', 'a.b[', 'Node == a.b[', 'Node == a. ', '_a == x', 'Nödé == x', '1a == x', 'Node["\\q"] == x', '/Node == x', '"/NodeMeta/a" == x',
  'any NodeMeta as k { k == x }', 'all ServiceTags as t { t == x }', 'Node =~ x', 'Node < x', 'Node == x && Node == y', 'NOT Node == x', 'Node == x AND Node == y', 'Node\n\nx', 'Node == x\nand', '# comment', 'Node == x;',
];

/** What is wrong with an expression that is well written. */
const meant = [
  'Nope == x', 'nope == x', 'node == x', 'Node.x == y', 'Node["a"]["b"] == x', 'NodeMeta.a.b == x', 'CreateIndex == 1', 'ModifyIndex == 1', 'RaftIndex.CreateIndex == 1', 'EnterpriseMeta == x', 'ServiceLocality == x', 'ServiceTags.0a == x', 'ServiceTags.a == x',
  'ServiceProxy.Config is empty', 'ServiceProxy.Nope == x', 'ServiceProxy.Upstreams.Config is empty', 'ServiceProxy.Upstreams.CentrallyConfigured == true', 'ServiceProxy.MutualTLSMode == x', 'ServiceProxy.EnvoyExtensions.Arguments is empty', 'ServiceConnect.SidecarService is empty', 'ServiceConnect.PeerMeta.Protocol == x',
  'Partition == x', 'service_port == 1', 'not == x', 'Node is empty', 'NodeMeta.a is empty', 'NodeMeta == x', 'NodeMeta matches x', 'ServiceTags == x', 'ServiceTags matches x', 'ServicePort contains 8', 'ServicePort matches 8', 'ServicePort is empty', '8 not in ServicePort',
  'ServiceEnableTagOverride is empty', 't in ServiceEnableTagOverride', 'ServiceWeights == x', 'ServiceWeights is empty', 'x in ServiceWeights', 'ServiceTaggedAddresses == x', 'ServiceTaggedAddresses.lan == x', 'ServiceTaggedAddresses.lan is not empty', 'ServiceProxy.Upstreams == x', 'x in ServiceProxy.Upstreams', 'ServiceProxy == x',
  'ServicePort == x', 'ServicePort == 80.0', 'ServicePort == ""', 'ServicePort == "08"', 'ServicePort == "0b"', 'ServicePort == "_8"', 'ServicePort == "8__0"', 'ServicePort == " 8"', 'ServicePort == 9223372036854775807', 'ServicePort == 9223372036854775808', 'ServicePort == -9223372036854775808', 'ServicePort == -9223372036854775809',
  'ServiceEnableTagOverride == yes', 'ServiceEnableTagOverride == 10', 'ServiceEnableTagOverride == ""', 'Node matches "("', 'Node matches "[a"', 'Node matches "*"', 'Node matches "a**"', 'Node matches "(?=x)"', 'Node matches "a{1001}"', 'Node matches `\\8`', 'Node matches "\\\\"', 'Node matches "(?z)"', 'Node not matches ")"', 'Node == "\\xd1"', 'Node matches "\\xd1"', 'NodeMeta.zz matches "("',
  // the first from the left counts
  'Nope == x and ServicePort == x', 'ServicePort == x and Nope == x', 'not Nope == x or Node matches "("', 'Node == x and (Node matches "(" or Nope == x)', 'Nope == x and',
];

const ofServices = [
  'ServicePort == 80', 'ServicePort != 80', 'ServicePort == "0x50"', 'ServicePort == "0b1010000"', 'ServicePort == "0o120"', 'ServicePort == "0120"', 'ServicePort == "8_0"', 'ServicePort == "+80"', 'v1 in ServiceTags', 'ServiceTags contains v', 'ServiceTags not contains v1', 'ServiceTags is empty', 'ServiceTags is not empty',
  'ServiceMeta.k == v', 'ServiceMeta.k != v', 'ServiceMeta.none == v', 'ServiceMeta.none != v', 'v in ServiceMeta.none', 'v not in ServiceMeta.none', 'ServiceMeta.none matches v', 'ServiceMeta.none not matches v', 'k in ServiceMeta', 'k not in ServiceMeta', 'ServiceMeta is empty', 'NodeMeta["some-key"] == y', 'NodeMeta.e == ""',
  'NodeMeta.none == ""', '"" in NodeMeta.none', '"" in NodeMeta.e', 'ServiceWeights.Passing == 3', 'ServiceWeights.Passing == 1', 'ServiceEnableTagOverride == true', 'ServiceEnableTagOverride != T', 'ServiceTaggedAddresses.lan.Port == 99', 'ServiceTaggedAddresses.lan.Port != 98', 'lan in ServiceTaggedAddresses', 'Node matches "^m[12]$"',
  'Node matches "(?i)M1"', 'Node not matches 1', 'Node matches ""', 'm in Node', 'PeerName == ""', 'ServiceProxy.Upstreams is empty', 'ServiceConnect.Native == false', 'ServiceID == w1 and (Node == m2 or ServicePort == 80)', 'not ServiceID == w1',
];

const ofNodes = ['Services.Service == web', 'Services.Service != web', 'not Services.Service == web', 'Services.Tags contains v1', 'Services.Tags not contains v1', 'Services.Tags is empty', 'Services is empty', 'Services.Proxy.Upstreams.LocalBindPort == 1234', 'Services.Proxy.Upstreams.MeshGateway.Mode == local', 'Services.Meta["a-b"] == "é"', 'Checks is empty', 'Checks.Status != passing', 'Checks.Output matches "<x>$"', 'Checks.Name not matches one', 'Meta.a == x', 'Services.Nope == x'];

const ofInstances = ['Checks.Status == passing', 'Checks.Status != passing', 'not Checks.Status != passing', 'Checks is empty', 'Node.Meta.a == x', 'Service.Tags is empty', 'Service.Weights.Passing == 3', 'Node.Partition == ""', 'Service.TaggedAddresses.lan.Address == "9.9.9.9"', 'Node is empty', 'Service == x', 'Nope == x', 'Node.Nope == x', 'Service ==', 'Service.Port == x', 'Node["'];

const ofMembers = ['Name == n1', 'Name != n1', 'Status == 1', 'Status != 1', 'Status == alive', 'Tags.role == consul', 'Tags.none == x', 'Tags.none != x', 'dc in Tags', 'Tags is empty', 'Tags == x', 'Port == x', 'Port == 65535', 'Port == 65536', 'Port == -1', 'ProtocolCur == 2', 'ProtocolMax == 256', 'DelegateMin == 2', '127 in Addr', '1 not in Addr', '256 in Addr', 'x in Addr', 'Addr is empty', 'Addr == x', 'Addr.x == 1', 'Nope == 1', 'Name =='];

const ofAgentServices = ['Service == loc', 'Service != loc', 'Tags contains a', 'Meta.k == v', 'Port == 90', 'Port == x', 'Kind == ""', 'Weights.Passing == 1', 'TaggedAddresses is empty', 'EnableTagOverride == false', 'Datacenter == dc1', 'ContentHash == ""', 'Locality.Region == x', 'Proxy is empty', 'Connect == x', 'Proxy.Config is empty', 'Proxy.MutualTLSMode == x', 'Nope == x', 'Service =='];

const ofAgentChecks = ['Status == critical', 'CheckID == ttl1', 'Notes == n', 'Type == ttl', 'ServiceTags is empty', 'ServiceTags == x', 'Definition.TTL == x', 'ExposedPort == x', 'Name matches "("', 'Status == passing and Nope == 1', 'Nope == x', 'Name =='];

/** Bytes of the request line that are no UTF-8. */
const notUtf8 = ['%ff', 'Node%ff==x', 'Node==%d1', 'Node==%22a%d1b%22', 'Node==%60%c3%60'];
export const NOT_UTF8 = 'bytes that are no UTF-8';

const tagsByChance = {view: 'sorted'} as const;

/** Sheet http-core §4: the filter language, its errors and where it can be used. */
export const filters: Scenario = {
  name: 'filters',
  mode: 'server',
  steps: [
    filtered('agent/checks', 'Nope == x', {note: 'fields are looked at when there is a check'}),
    filtered('agent/checks', 'Nope =='),
    filtered('agent/services', 'Nope == x', {note: 'no service, but its fields are known'}),
    ...filterFixtures,
    put('/v1/agent/service/register', {Name: 'loc', ID: 'l1', Port: 90, Tags: ['a'], Meta: {k: 'v'}}),
    put('/v1/agent/check/register', {CheckID: 'ttl1', Name: 'ttl1', TTL: '1h', Notes: 'n'}),
    ...written.map((expression) => filtered('catalog/service/zz', expression)),
    ...meant.map((expression) => filtered('catalog/service/zz', expression)),
    ...notUtf8.map((raw) => get(`/v1/catalog/service/zz?filter=${raw}`, {note: NOT_UTF8})),
    ...ofServices.map((expression) => filtered('catalog/service/web', expression)),
    ...ofInstances.map((expression) => filtered('health/service/web', expression)),
    ...ofInstances.map((expression) => filtered('health/service/web?index=1', expression, {note: `streamed: ${expression}`})),
    ...ofNodes.map((expression) => filtered('internal/ui/nodes', expression)),
    ...ofMembers.map((expression) => filtered('agent/members', expression)),
    ...ofAgentServices.map((expression) => filtered('agent/services', expression)),
    ...ofAgentChecks.map((expression) => filtered('agent/checks', expression)),
    filtered('agent/services', 'Proxy.Mode == x', {note: 'a service without a proxy'}),
    ...places(),
    ...waiting(),
    cli(['members', '-filter=Name == n1']), cli(['members', '-filter=Name == nope']), cli(['members', '-filter=Name ==']), cli(['members', '-filter=Name == n1', '-status=failed']), cli(['members', '-wan', '-filter=Name == "n1.dc1"']), cli(['members', '-filter=']),
    cli(['catalog', 'nodes', '-filter=Node matches "^m"']), cli(['catalog', 'nodes', '-filter=Node == q']), cli(['catalog', 'nodes', '-filter=Node']), cli(['catalog', 'nodes', '-service=web', '-filter=ServicePort == 80']), cli(['catalog', 'nodes', '-service=web', '-filter=Port == 80']),
    cli(['catalog', 'services', '-filter=x'], {view: 'first'}),
    cli(['watch', '-type=nodes', '-filter=Node == m4']), cli(['watch', '-type=nodes', '-filter=Node == zz']), cli(['watch', '-type=checks', '-state=any', '-filter=CheckID == c2']), cli(['watch', '-type=service', '-service=web', '-filter=Service.Port == 81']), cli(['watch', '-type=services', '-filter=Node == m3']),
  ],
};

/** Every endpoint that takes an expression, with one that chooses, one that leaves nothing and one that means nothing; and some that take none. */
function places(): Step[] {
  const node = ['Node == m1', 'Node == zz', 'Nope == x'];
  const all: readonly (readonly [path: string, ...expressions: string[]])[] = [
    ['catalog/nodes', ...node], ['catalog/nodes?near=_agent', 'Node != n1'], ['catalog/nodes?node-meta=a:x', ...node], ['catalog/nodes?stale', 'Node == m2'], ['catalog/nodes?pretty', 'Node == zz'],
    ['catalog/services', 'ServicePort == 80', 'Node == m2', 'ServiceName == zz', 'Nope == x', 'not ServiceName == consul'], ['catalog/services?node-meta=a:x', 'ServiceName != web'], ['catalog/services?cached', 'Nope == x'],
    ['catalog/connect/web', ...node], ['catalog/connect/web', 'ServiceProxy.Upstreams.DestinationName == db', 'ServiceProxy.Expose.Paths.ListenerPort == 1', 'ServiceProxy.Upstreams is empty'], ['catalog/service/web?tag=v1', 'Node == m1', 'Node == m2'],
    ['catalog/node/m1', 'Service == db', 'ID == zz', 'Nope == x'], ['catalog/node/zz', 'ID == zz', 'Nope == x'], ['catalog/node/m4', 'ID == zz'], ['catalog/node-services/m1', 'Service == db', 'ID == zz', 'Nope == x'], ['catalog/node-services/zz', 'ID == zz'], ['catalog/node-services/m4', 'ID == zz'],
    ['health/node/m1', 'Status == critical', 'Status == x', 'Nope == x', 'ServiceTags contains v1'], ['health/checks/web', ...node, 'Output matches "^o"'], ['health/state/any', ...node, 'Status != passing'], ['health/state/warning', 'ServiceName == db', 'Output matches "(?s)a.b"'], ['health/state/nope', 'Nope == x'],
    ['health/service/web?passing', 'Node.Node == m1', 'Node.Node == m2'], ['health/service/web?tag=v1', 'Node.Node == m1', 'Node.Node == m2'], ['health/service/web?near=m2', 'Service.Port != 0'], ['health/connect/web', 'Service.Proxy.DestinationServiceName == web', 'Nope == x'], ['health/ingress/web', 'Nope == x', 'Node.Node == m1'],
    ['internal/ui/services', 'Service.Service == web', 'Node.Node == m4', 'Nope == x', 'Service.Kind == "connect-proxy"'], ['internal/ui/node/m1', 'Nope == x'], ['agent/members?wan=1', 'Name == "n1.dc1"', 'Nope == x'], ['agent/members?segment=x', 'Nope == x'], ['agent/service/l1', 'Nope == x'],
    ['catalog/datacenters', 'Nope == x'], ['session/list', 'Nope == x'], ['event/list', 'Nope == x'],
  ];
  const ordered = all.flatMap(([path, ...expressions]) => expressions.map((expression) => filtered(path, expression, {note: `${path}: ${expression}`, ...(/^catalog\/services/.test(path) ? tagsByChance : {})})));
  return [...ordered, get('/v1/catalog/nodes?filter='), filtered('health/service/', 'Nope == x'), filtered('health/service/web?wait=x', 'Nope == x', {note: 'a bad wait'}), filtered('health/service/web?passing=x', 'Nope == x', {note: 'a bad passing'}), filtered('health/service/web?dc=x', 'Nope == x', {note: 'another datacenter'}), filtered('catalog/nodes?ns=x', 'Nope == x', {note: 'a namespace'})];
}

/** The index is that of all, whatever the expression leaves. */
function waiting(): Step[] {
  const path = '/v1/catalog/nodes?filter=Node%3D%3Dm4';
  const port = (Port: number): HttpStep => register({Node: 'm2', Address: '10.0.0.2', Service: {ID: 'w2', Service: 'web', Port}});
  const health = '/v1/health/service/web?filter=Service.Port%3D%3D81';
  return [
    get(path, {view: 'none', capture: {nodes: 'header:x-consul-index'}}),
    blocking(get(`${path}&index={{nodes}}&wait=10s`, {note: 'woken though nothing that is seen has changed'}), register({Node: 'm5', Address: '10.0.0.5'})),
    get(health, {view: 'none', capture: {web: 'header:x-consul-index'}}),
    blocking(get(`${health}&index={{web}}&wait=10s`), port(82)),
    get(health, {view: 'none', capture: {web: 'header:x-consul-index'}}),
    blocking(get(`${health}&index={{web}}&wait=10s`), port(81)),
    get('/v1/catalog/nodes?filter=Nope%3D%3Dx&index=99999999&wait=10s', {note: 'refused at once'}),
  ];
}
