import {dns, put, send, type HttpStep, type Scenario, type Step} from '../scenario.ts';

const register = (body: unknown): HttpStep => put('/v1/catalog/register', body);
const TYPES = ['A', 'AAAA', 'SRV', 'TXT', 'ANY', 'MX', 'CNAME', 'SOA', 'NS', 'PTR'];
const all = (name: string): Step[] => TYPES.map((type) => dns(name, type, {edns: 1232}));
const HEADER = '2a2a0100';
const QUESTION = '02646207736572766963650663' + '6f6e73756c0000010001'; // db.service.consul A IN

const fixtures: Step[] = [
  register({Node: 'foo', Address: '10.1.10.12', NodeMeta: {env: 'prod', 'rfc1035-text': 'v=1', 'key=x': 'v`a'}, Service: {ID: 'db1', Service: 'db', Tags: ['primary', 'v1.2'], Port: 12345}}),
  register({Node: 'bar', Address: '10.1.10.13', Service: {ID: 'db2', Service: 'db', Address: '10.9.9.9', Port: 12346, Weights: {Passing: 10, Warning: 3}}, Check: {CheckID: 'db2', Name: 'db2', ServiceID: 'db2', Status: 'warning'}}),
  register({Node: 'sick', Address: '10.1.10.14', Service: {ID: 'db3', Service: 'db', Port: 1}, Check: {CheckID: 'db3', Name: 'db3', ServiceID: 'db3', Status: 'critical'}}),
  register({Node: 'sick', Address: '10.1.10.14', SkipNodeUpdate: true, Service: {Service: 'lonely', Port: 1}, Check: {CheckID: 'whole', Name: 'whole', Status: 'critical'}}),
  register({Node: 'foo6', Address: '2001:db8::1', Service: {Service: 'six', Port: 6}}),
  register({Node: 'dual', Address: '10.1.10.15', TaggedAddresses: {lan_ipv4: '10.1.10.15', lan_ipv6: '2001:db8::15'}, Service: {Service: 'dual', Port: 7, TaggedAddresses: {lan_ipv4: {Address: '10.7.7.7', Port: 7}, lan_ipv6: {Address: '2001:db8::14', Port: 7}}}}),
  register({Node: 'named', Address: 'www.example.com', Service: {Service: 'search', Address: 'search.example.com', Port: 443}}),
  register({Node: 'inner', Address: 'foo.node.consul', Service: {Service: 'cnlocal', Address: 'foo.node.consul', Port: 443}}),
  register({Node: 'my.dotted.node', Address: '10.1.10.20', Service: {Service: 'node', Port: 1, Tags: ['query']}}),
  register({Node: 'bad_name', Address: '10.1.10.21', Service: {Service: 'a_b', Port: 1}}),
  register({Node: 'mixedCASE', Address: '10.1.10.22', Service: {Service: 'UpPer', Tags: ['TaG'], Port: 1}}),
  register({Node: 'foo', Address: '10.1.10.12', SkipNodeUpdate: true, Service: {Service: 'db-proxy', Kind: 'connect-proxy', Port: 21000, Proxy: {DestinationServiceName: 'db'}}}),
  ...Array.from({length: 40}, (_, i) => register({Node: `many-${i}`, Address: `10.40.0.${i + 1}`, Service: {Service: 'many', Port: 8000 + i}})),
  send('POST', '/v1/query', {Name: 'qdb', Service: {Service: 'db'}, DNS: {TTL: '10s'}}),
  send('POST', '/v1/query', {Name: 'tpl-', Template: {Type: 'name_prefix_match'}, Service: {Service: '${name.suffix}'}}),
];

const questions: Step[] = [
  ...['db.service.consul', 'foo.node.consul', 'nosuch.service.consul', 'nosuch.node.consul', 'six.service.consul', 'consul', 'db.connect.consul', 'dual.service.consul'].flatMap(all),
  ...['dual.node.consul', 'foo6.node.consul', 'db.virtual.consul', 'search.service.consul', 'named.node.consul', 'cnlocal.service.consul', 'inner.node.consul'].flatMap((name) => ['A', 'AAAA', 'ANY', 'SRV'].map((type) => dns(name, type, {edns: 1232}))),
  ...['primary.db.service.consul', 'v1.2.db.service.consul', 'nope.db.service.consul', 'db.service.dc1.consul', 'db.service.DC1.consul', 'db.service.dc1.dc.consul', 'db.service.nope.consul', 'DB.SERVICE.Consul', 'tag.upper.service.consul',
    'lonely.service.consul', 'consul.service.consul', 'node.service.consul', 'query.node.service.consul', 'my.dotted.node.node.consul', 'bad_name.node.consul', 'a_b.service.consul', 'mixedcase.node.consul', '_db._tcp.service.consul', '_db._udp.service.consul',
    '_db._primary.service.consul', '_db._tcp.consul', '_db._tcp.dc1.consul', '_db._tcp._x.service.consul', 'x.y.db.service.consul', 'foo.node.dc1.consul', 'foo.node.nope.consul', 'foo.node.dc1.dc.consul', 'foo.bar.db.connect.consul', 'db.ingress.consul', 'x.web.virtual.consul',
    'db.virtual.dc1.consul', 'db.service.peer1.peer.consul', 'db.service.x.ns.consul', 'service.consul', 'node.consul', 'query.consul', 'a.b.consul', 'ns.consul', 'qdb.query.consul', 'QDB.query.consul', 'tpl-db.query.consul', 'nope.query.consul', 'qdb.query.dc1.consul', '_qdb._tcp.query.consul',
    '0a010a0c.addr.consul', '0A010A0C.addr.dc1.consul', '0a010a0c.addr.dc9.consul', '20010db8000000000000000000000014.addr.consul', 'zz010a0c.addr.consul', '0a010a0.addr.consul', '0a010a0c1.addr.consul', 'x.0a010a0c.addr.consul'].flatMap((name) => [dns(name, 'A', {edns: 1232}), dns(name, 'SRV', {edns: 1232})]),
  ...['12.10.1.10.in-addr.arpa', '9.9.9.10.in-addr.arpa', '1.1.1.1.in-addr.arpa', '10.in-addr.arpa', 'arpa', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'].flatMap((name) => ['PTR', 'A', 'SOA'].map((type) => dns(name, type, {edns: 1232}))),
  ...['www.example.com', 'consul.example.com', 'xconsul', 'com'].map((name) => dns(name, 'A', {edns: 1232})),
];

const transport: Step[] = [
  dns('db.service.consul', 'A'),
  dns('db.service.consul', 'SRV'),
  dns('foo.node.consul', 'A'),
  dns('nosuch.service.consul', 'A'),
  dns('db.service.consul', 'A', {transport: 'tcp'}),
  dns('db.service.consul', 'SRV', {transport: 'tcp', edns: 4096}),
  dns('many.service.consul', 'A', {view: 'counts'}),
  dns('many.service.consul', 'SRV', {view: 'counts'}),
  ...[512, 513, 600, 800, 1232, 4096, 65_535].flatMap((edns) => [dns('many.service.consul', 'A', {edns, view: 'counts'}), dns('many.service.consul', 'SRV', {edns, view: 'counts'})]),
  dns('many.service.consul', 'A', {transport: 'tcp', view: 'counts'}),
  dns('many.service.consul', 'SRV', {transport: 'tcp', view: 'counts'}),
  dns('many.service.consul', 'ANY', {view: 'counts'}),
  dns('db.service.consul', 'A', {flags: []}),
  dns('db.service.consul', 'A', {flags: ['rd', 'cd']}),
  dns('db.service.consul', 'A', {flags: ['rd', 'ad']}),
  dns('consul', 'AXFR'),
  dns('consul', 'IXFR'),
  ...[
    `${HEADER}0000000000000000`, `${HEADER}00020000000000000264620773657276696365`, `${HEADER}0001000000000000ff`, `${HEADER}0001000000000003${QUESTION}`,
    `${HEADER}0001000000000000${QUESTION}ffff`, `2a2a8100000100000000000000`, '2a2a', `2a2a0800000100000000000002646207736572766963650663`,
    `2a2a1000000100000000000002646207736572766963650663`, `2a2a2800000100000000000002646207736572766963650663`, `${HEADER}00010000000000000264620773657276696365`,
    `${HEADER}0001000000000000c00c00010001`, `${HEADER}00010000000000000264620773657276696365066373756c`, `${HEADER}0001000000000000${QUESTION.slice(0, -4)}0003`,
  ].map((packet) => dns('(packet)', 'raw', {packet})),
];

/** Sheet dns: every form of name with every type, flags, EDNS, limits, malformed packets. */
export const dnsScenario: Scenario = {name: 'dns', mode: 'dev', steps: [...fixtures, ...questions, ...transport]};
