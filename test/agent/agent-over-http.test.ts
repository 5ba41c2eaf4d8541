import {describe, expect, it} from 'vitest';
import {type Authorizer} from '../../src/acl/authorizer.ts';
import {denyAll} from '../../src/acl/fixed-authorizers.ts';
import {temporaryDir} from './local-fixture.ts';
import {startAgent} from './running-agent.ts';

describe('a registration', () => {
  it('is in the catalog when its answer is out', async () => {
    const {call, json} = await startAgent();
    expect(await call('PUT', '/v1/agent/service/register', {Name: 'web', Port: 80, Check: {TTL: '1m'}})).toMatchObject({status: 200, text: ''});
    expect(await json('/v1/health/service/web')).toMatchObject([{Service: {ID: 'web', Port: 80}}]);
    await call('PUT', '/v1/agent/check/pass/service:web?note=ok');
    expect(await json('/v1/health/checks/web')).toMatchObject([{CheckID: 'service:web', Status: 'passing', Output: 'ok'}]);
    await call('PUT', '/v1/agent/service/deregister/web');
    expect(await json('/v1/catalog/service/web')).toEqual([]);
  });

  it('outlives the agent', async () => {
    const dataDir = temporaryDir();
    const first = await startAgent({dataDir});
    await first.call('PUT', '/v1/agent/service/register', {Name: 'web', Checks: [{TTL: '1h'}, {TTL: '2h'}]});
    await first.call('PUT', '/v1/agent/check/pass/service:web:1?note=fine');
    await first.call('PUT', '/v1/agent/maintenance?enable=true&reason=night');
    await first.close();
    const second = await startAgent({dataDir});
    expect(await second.json('/v1/agent/checks')).toMatchObject({
      'service:web:1': {Status: 'passing', Output: 'fine'},
      'service:web:2': {Status: 'critical'},
      _node_maintenance: {Notes: 'night'},
    });
    expect((await second.call('GET', '/v1/agent/health/service/id/web?format=text')).text).toBe('maintenance');
  });
});

describe('a request that names a hash', () => {
  it('waits until the service changes, and learns when it goes', async () => {
    const {call} = await startAgent();
    await call('PUT', '/v1/agent/service/register', {Name: 'web'});
    const hash = (await call('GET', '/v1/agent/service/web')).headers.get('x-consul-contenthash');
    const changed = call('GET', `/v1/agent/service/web?hash=${hash}&wait=60s`);
    await call('PUT', '/v1/agent/service/register', {Name: 'other'});
    await call('PUT', '/v1/agent/service/register', {Name: 'web', Port: 7});
    const reply = await changed;
    expect(JSON.parse(reply.text)).toMatchObject({Port: 7});
    expect(reply.headers.get('x-consul-contenthash')).not.toBe(hash);
    const gone = call('GET', `/v1/agent/service/web?hash=${reply.headers.get('x-consul-contenthash')}&wait=60s`);
    await call('PUT', '/v1/agent/service/deregister/web');
    expect(await gone).toMatchObject({status: 404, text: 'unknown service ID: web'});
  });
});

describe('a reload over HTTP', () => {
  it('brings new definitions into the catalog, and takes old ones out', async () => {
    const agent = await startAgent({config: 'service { name = "old" }'});
    expect(await agent.json('/v1/agent/services')).toMatchObject({old: {}});
    agent.configText = 'service { name = "new" } node_meta { rack = "r1" }';
    expect(await agent.call('PUT', '/v1/agent/reload')).toMatchObject({status: 200, text: ''});
    expect(await agent.json('/v1/agent/services')).toEqual({new: expect.anything() as unknown});
    expect(await agent.json('/v1/agent/self')).toMatchObject({Meta: {rack: 'r1'}});
  });

  it('refuses a bad configuration with what is wrong, and changes nothing', async () => {
    const agent = await startAgent({config: 'service { name = "old" }'});
    agent.configText = 'service { name = "new" } bogus = 1';
    const reply = await agent.call('PUT', '/v1/agent/reload');
    expect(reply.status).toBe(500);
    expect(reply.text).toContain('invalid config key bogus');
    expect(await agent.json('/v1/agent/services')).toMatchObject({old: {}});
  });
});

describe('what the agent says of itself', () => {
  it('shows its configuration, and none of its secrets', async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    const secrets = `acl { tokens { agent = "agent-secret" default = "default-secret" dns = "dns-secret" } } encrypt = "${key}"`;
    const {call, json} = await startAgent({config: `${secrets} service { name = "web" token = "service-secret" check { ttl = "1m" } } node_meta { rack = "r1" }`});
    expect(await json('/v1/agent/self')).toMatchObject({
      Config: {NodeName: 'n1', Server: true, Version: '1.21.4'},
      DebugConfig: {EncryptKey: 'hidden', NodeMeta: {rack: 'r1'}, CheckUpdateInterval: '5m0s', RPCRateLimit: Number.MAX_VALUE, Services: [{Name: 'web', Token: 'hidden'}]},
      Member: {Name: 'n1', Status: 1},
      Stats: {agent: {check_ttls: '1', checks: '1', services: '1'}, raft: {state: 'Leader'}},
      Meta: {rack: 'r1', 'consul-version': '1.21.4'},
    });
    const {text} = await call('GET', '/v1/agent/self');
    expect(text).not.toContain('secret');
    expect(text).not.toContain(key);
  });

  it('answers for tokens as an agent without ACLs does', async () => {
    const {call} = await startAgent();
    expect(await call('PUT', '/v1/agent/token/default', {Token: 'x'})).toMatchObject({status: 401, text: 'ACL support disabled'});
  });
});

describe('the log as a stream', () => {
  it('begins at once, follows what happens, and does not keep the agent from closing', async () => {
    const agent = await startAgent();
    const response = await fetch(`${agent.base}/v1/agent/monitor?loglevel=debug&logjson`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, null]);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    await agent.call('GET', '/v1/agent/version');
    let text = '';
    while (!text.includes('/v1/agent/version')) text += (await reader?.read())?.value ?? '';
    expect(JSON.parse(text.split('\n').find((line) => line.includes('/v1/agent/version')) ?? '')).toMatchObject({'@level': 'debug', '@module': 'agent.http', method: 'GET'});
    await agent.close();
  });
});

describe('a token that may do nothing', () => {
  it('gets neither answers nor anything done', async () => {
    const {call} = await startAgent({authorizer: denyAll, config: 'service { name = "web" check { ttl = "1m" } }'});
    const denied: readonly (readonly [method: string, path: string, permission: string, body?: object])[] = [
      ['GET', '/v1/agent/self', "'agent:read' on \"n1\""],
      ['GET', '/v1/agent/host', "'operator:read'"],
      ['GET', '/v1/agent/metrics', "'agent:read' on \"n1\""],
      ['GET', '/v1/agent/monitor', "'agent:read' on \"n1\""],
      ['PUT', '/v1/agent/reload', "'agent:write' on \"n1\""],
      ['PUT', '/v1/agent/maintenance?enable=true', "'node:write' on \"n1\""],
      ['GET', '/v1/agent/service/web', "'service:read' on \"web\""],
      ['PUT', '/v1/agent/service/register', "'service:write' on \"new\"", {Name: 'new'}],
      ['PUT', '/v1/agent/service/deregister/web', "'service:write' on \"web\""],
      ['PUT', '/v1/agent/service/maintenance/web?enable=true', "'service:write' on \"web\""],
      ['PUT', '/v1/agent/check/register', "'node:write' on \"n1\"", {Name: 'mem', TTL: '1m'}],
      ['PUT', '/v1/agent/check/register', "'service:write' on \"web\"", {Name: 'mem', TTL: '1m', ServiceID: 'web'}],
      ['PUT', '/v1/agent/check/pass/service:web', "'service:write' on \"web\""],
      ['PUT', '/v1/agent/check/update/service:web', "'service:write' on \"web\"", {Status: 'passing'}],
      ['PUT', '/v1/agent/check/deregister/service:web', "'service:write' on \"web\""],
      ['GET', '/v1/agent/health/service/id/web', "'service:read' on \"web\""],
      ['GET', '/v1/agent/health/service/name/web', "'service:read' on \"web\""],
    ];
    for (const [method, path, permission, body] of denied) {
      const reply = await call(method, path, body);
      expect([path, reply.status]).toEqual([path, 403]);
      expect(reply.text).toContain(`lacks permission ${permission}`);
    }
    expect((await call('GET', '/v1/agent/services')).text).toContain('{}');
    expect((await call('GET', '/v1/agent/checks')).text).toContain('{}');
    expect((await call('GET', '/v1/agent/version')).status).toBe(200);
  });

  it('cannot take the place of what belongs to another', async () => {
    const onlyMine: Authorizer = {...denyAll, fingerprint: 'mine', allows: (resource, _access, name) => resource === 'service' && name === 'mine'};
    const {call} = await startAgent({authorizer: onlyMine, config: 'service { name = "theirs" id = "x" }'});
    expect(await call('PUT', '/v1/agent/service/register', {Name: 'mine'})).toMatchObject({status: 200});
    expect(await call('PUT', '/v1/agent/service/register', {Name: 'mine', ID: 'x'})).toMatchObject({status: 403});
  });
});
