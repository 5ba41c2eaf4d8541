import {type Story} from '../story.ts';

/** Sessions, locks, transactions, prepared queries, coordinates, the CA and the servers' own settings. */
export const story: Story = {
  settleMs: 100,
  async run({put, post, delete: remove, get, quiet}) {
    const make = async (path: string, body: object) => JSON.parse(await (path === 'query' ? post : put)(`/v1/${path}`, body)) as {ID: string};
    await put('/v1/kv/Plain/a?flags=18446744073709551615', 'x');
    await put('/v1/kv/plain/a', '\u00ff');
    await put('/v1/kv/a%00b%ff', '');
    await remove('/v1/kv/Plain/a');
    await remove('/v1/kv/plain?recurse');
    await put('/v1/catalog/register', {Node: 'n', Address: '10.0.0.1', ID: '40e4a748-2192-161a-0510-9bf59fe950b5', Service: {Service: 'web', Port: 1}, Checks: [{CheckID: 'node', Name: 'node', Status: 'passing'}, {CheckID: 'svc', Name: 'svc', ServiceID: 'web', Status: 'passing'}]});
    const session = await make('session/create', {Node: 'n', Name: 's', LockDelay: '2s', Behavior: 'release', TTL: '30s', NodeChecks: ['node'], ServiceChecks: [{ID: 'svc'}]});
    const doomed = await make('session/create', {Node: 'n', NodeChecks: [], Behavior: 'delete'});
    await put(`/v1/kv/lock?acquire=${session.ID}`, 'l');
    await put(`/v1/kv/gone?acquire=${doomed.ID}`, 'l');
    await put(`/v1/kv/lock?acquire=${doomed.ID}`, 'l');
    await put(`/v1/session/renew/${session.ID}`);
    await put(`/v1/session/destroy/${doomed.ID}`);
    const query = await make('query', {Name: 'Q', Service: {Service: 'web', Tags: ['a'], NodeMeta: {a: 'b'}, Failover: {NearestN: 2, Datacenters: ['dc2']}}, DNS: {TTL: '3s'}, Session: session.ID});
    const template = await make('query', {Name: 'geo-', Template: {Type: 'name_prefix_match', Regexp: '^geo-(.*)$', RemoveEmptyTags: true}, Service: {Service: '${name.full}', Failover: {Targets: [{Datacenter: 'dc2'}, {Peer: 'p'}]}}});
    await make('query', {Name: '', Template: {Type: 'name_prefix_match'}, Service: {Service: '${name.full}', Near: '_agent', OnlyPassing: true, Connect: true}});
    await post('/v1/query', {Name: 'q', Service: {Service: 'web'}});
    await put(`/v1/query/${query.ID}`, {Name: 'renamed', Service: {Service: 'web', ServiceMeta: {x: 'y'}, IgnoreCheckIDs: ['node']}, Session: session.ID, Token: 't'});
    await remove(`/v1/query/${template.ID}`);
    await remove(`/v1/query/${template.ID}`);
    await put('/v1/txn', [{KV: {Verb: 'set', Key: 'txn', Value: 'eA=='}}, {Node: {Verb: 'set', Node: {Node: 'tn', Address: '10.0.0.2', Meta: {a: 'b'}}}}, {Service: {Verb: 'set', Node: 'tn', Service: {Service: 'TxnWeb', Port: 3}}}, {Check: {Verb: 'set', Check: {Node: 'tn', CheckID: 'tc', Name: 'tc', ServiceID: 'TxnWeb', Status: 'warning'}}}]);
    await put('/v1/txn', [{KV: {Verb: 'delete', Key: 'txn'}}, {KV: {Verb: 'check-index', Key: 'txn', Index: 3}}]);
    await put('/v1/txn', [{Check: {Verb: 'delete', Check: {Node: 'tn', CheckID: 'tc'}}}, {Service: {Verb: 'delete', Node: 'tn', Service: {ID: 'TxnWeb'}}}, {Node: {Verb: 'delete', Node: {Node: 'tn'}}}]);
    await put('/v1/coordinate/update', {Node: 'n', Coord: {Vec: [1, 2, 3, 4, 5, 6, 7, 8], Error: 1.5, Adjustment: 0, Height: 0.1}});
    await quiet(6000);
    await put('/v1/operator/autopilot/configuration', {CleanupDeadServers: false, LastContactThreshold: '300ms', MaxTrailingLogs: 300});
    await put('/v1/operator/autopilot/configuration?cas=3', {CleanupDeadServers: true});
    await put('/v1/connect/ca/configuration', {Provider: 'consul', Config: {LeafCertTTL: '36h', IntermediateCertTTL: '8760h', Unknown: {n: 1, l: [true, null]}}});
    await put('/v1/connect/ca/configuration', {Provider: 'consul', Config: {LeafCertTTL: '36h', IntermediateCertTTL: '8760h', PrivateKeyType: 'ec', PrivateKeyBits: 384}});
    await put('/v1/connect/ca/configuration', {Provider: 'consul', Config: {LeafCertTTL: '1m'}});
    await get('/v1/agent/connect/ca/leaf/web');
    await put('/v1/catalog/register', {Node: 'n', Address: '10.0.0.1', SkipNodeUpdate: true, Check: {CheckID: 'svc', Name: 'svc', ServiceID: 'web', Status: 'critical'}});
    await put('/v1/catalog/register', {Node: 'gw', Address: '10.0.0.9', Service: {Service: 'mesh-gateway', Kind: 'mesh-gateway', Port: 443}});
    await put('/v1/event/fire/deploy', 'payload');
    await put(`/v1/session/destroy/${session.ID}`);
    await put('/v1/catalog/deregister', {Node: 'n'});
    await put('/v1/catalog/deregister', {Node: 'gw'});
    await quiet(300);
  },
};
