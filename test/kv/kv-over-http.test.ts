import {mkdtempSync, rmSync} from 'node:fs';
import {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {allowAll, denyAll, fixedResolver} from '../../src/acl/fixed-authorizers.ts';
import {type Authorizer} from '../../src/acl/authorizer.ts';
import {Agent} from '../../src/agent/agent.ts';
import {AgentTls} from '../../src/agent/tls/agent-tls.ts';
import {AgentLog} from '../../src/agent/log/agent-log.ts';
import {loadConfig} from '../../src/config/load-config.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {anyPorts} from '../agent/any-ports.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'proconsul-kv-'));
const nodeId = '11111111-2222-3333-4444-555555555555';
let agent: Agent;
let base: string;

/** A server on disk, its HTTP port chosen by the system. */
async function start(authorizer: Authorizer = allowAll): Promise<void> {
  const loadFromText = () => loadConfig({
    devMode: false,
    paths: [],
    format: undefined,
    fragments: [`server = true bootstrap = true bind_addr = "127.0.0.1" data_dir = "${dataDir}" performance { raft_multiplier = 1 }`],
    flagValues: new Map(),
  });
  const {config} = loadFromText();
  const log = new AgentLog({level: 'error', json: false, outputs: [], clock: systemClock});
  agent = new Agent({
    config: anyPorts(config),
    loadConfig: loadFromText,
    nodeId,
    log,
    tls: new AgentTls(config),
    resolver: fixedResolver(authorizer),
    onFatal: (error) => expect.unreachable(String(error)),
    onLeft: () => undefined,
  });
  const [api] = await agent.start();
  base = `http://127.0.0.1:${(api?.server.address() as AddressInfo).port}`;
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function call(method: string, path: string, body?: string): Promise<Reply> {
  const response = await fetch(base + path, {method, ...(body !== undefined && {body})});
  return {status: response.status, text: await response.text(), headers: response.headers};
}

const index = (reply: Reply): number => Number(reply.headers.get('x-consul-index'));

describe('KV over HTTP', () => {
  beforeEach(() => start());
  afterEach(async () => {
    await agent.close();
    rmSync(dataDir, {recursive: true, force: true});
  });

  it('gives back what was put, with flags and indexes', async () => {
    expect(await call('PUT', '/v1/kv/a?flags=18446744073709551615', 'hello')).toMatchObject({status: 200, text: 'true'});
    const got = await call('GET', '/v1/kv/a');
    expect(got.text).toMatch(/^\[\{"LockIndex":0,"Key":"a","Flags":18446744073709551615,"Value":"aGVsbG8=","CreateIndex":(\d+),"ModifyIndex":\1\}\]$/);
    expect(got.headers.get('content-type')).toBe('application/json');
    expect((await call('GET', '/v1/kv/a?raw')).text).toBe('hello');
  });

  it('answers a missing key with an empty 404 that has an index and no Content-Type', async () => {
    const missing = await call('GET', '/v1/kv/none');
    expect([missing.status, missing.text, missing.headers.get('content-type')]).toEqual([404, '', null]);
    expect(index(missing)).toBeGreaterThan(0);
  });

  it('lists by prefix, and folds keys at a separator', async () => {
    for (const key of ['f/a', 'f/sub/x', 'f/sub/y', 'g']) await call('PUT', `/v1/kv/${key}`, '1');
    expect((JSON.parse((await call('GET', '/v1/kv/f/?recurse')).text) as {Key: string}[]).map(({Key}) => Key)).toEqual(['f/a', 'f/sub/x', 'f/sub/y']);
    expect((await call('GET', '/v1/kv/f/?keys&separator=/')).text).toBe('["f/a","f/sub/"]');
  });

  it('writes with cas only what the caller has seen', async () => {
    expect((await call('PUT', '/v1/kv/c?cas=0', '1')).text).toBe('true');
    expect((await call('PUT', '/v1/kv/c?cas=0', '2')).text).toBe('false');
    const seen = index(await call('GET', '/v1/kv/c'));
    expect((await call('PUT', `/v1/kv/c?cas=${seen}`, '2')).text).toBe('true');
    expect((await call('DELETE', `/v1/kv/c?cas=${seen}`)).text).toBe('false');
  });

  it('does not move an index for an identical write', async () => {
    await call('PUT', '/v1/kv/same', 'x');
    const before = index(await call('GET', '/v1/kv/same'));
    await call('PUT', '/v1/kv/same', 'x');
    expect(index(await call('GET', '/v1/kv/same'))).toBe(before);
  });

  it('never serves an answer from before the last acknowledged write', async () => {
    for (let i = 0; i < 200; i++) {
      await call('PUT', '/v1/kv/hot', `v${i}`);
      expect((await call('GET', '/v1/kv/hot?raw')).text).toBe(`v${i}`);
      expect((JSON.parse((await call('GET', '/v1/kv/hot')).text) as {Value: string}[])[0]?.Value).toBe(Buffer.from(`v${i}`).toString('base64'));
    }
  });

  it('wakes a blocking query by a write to its key, and leaves it alone otherwise', async () => {
    await call('PUT', '/v1/kv/w', '1');
    const at = index(await call('GET', '/v1/kv/w'));
    const quiet = await call('GET', `/v1/kv/w?index=${at}&wait=20ms`);
    expect(index(quiet)).toBe(at);
    const blocked = call('GET', `/v1/kv/w?index=${at}&wait=20s`);
    await call('PUT', '/v1/kv/other', '1');
    await call('PUT', '/v1/kv/w', '2');
    expect(index(await blocked)).toBeGreaterThan(at);
  });

  it('deletes a tree, and a list below it does not go back in its index', async () => {
    for (const key of ['t/1', 't/2', 'u']) await call('PUT', `/v1/kv/${key}`, '1');
    const before = index(await call('GET', '/v1/kv/t/?recurse'));
    expect((await call('DELETE', '/v1/kv/t/?recurse')).text).toBe('true');
    const after = await call('GET', '/v1/kv/t/?recurse');
    expect(after.status).toBe(404);
    expect(index(after)).toBeGreaterThan(before);
    expect((await call('GET', '/v1/kv/u')).status).toBe(200);
  });

  it('keeps any bytes of a key', async () => {
    await call('PUT', '/v1/kv/sp%20ace/%2Fx%ff', 'odd');
    expect((await call('GET', '/v1/kv/sp%20ace/%2Fx%ff?raw')).text).toBe('odd');
  });

  it.each([
    ['PUT', '/v1/kv/', 400, 'Missing key name'],
    ['GET', '/v1/kv/', 400, 'Missing key name'],
    ['PUT', '/v1/kv/a?cas=1&acquire=x', 400, 'Conflicting flags: acquire=x&cas=1\n'],
    ['PUT', '/v1/kv/a?flags=x', 500, 'strconv.ParseUint: parsing "x": invalid syntax'],
    ['PUT', '/v1/kv/a?acquire=nope', 500, 'raft apply failed: invalid session "nope"'],
    ['GET', '/v1/kv/a?index=x', 400, 'Invalid index'],
    ['GET', '/v1/kv/a?stale&consistent', 400, 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
    ['GET', '/v1/kv/a?dc=elsewhere', 500, 'No path to datacenter'],
    ['POST', '/v1/kv/a', 405, 'method POST not allowed'],
  ])('%s %s is %i %s', async (method, path, status, text) => {
    expect(await call(method, path, method === 'GET' ? undefined : 'x')).toMatchObject({status, text});
  });

  it('refuses a value over the limit', async () => {
    const {status, text} = await call('PUT', '/v1/kv/big', 'x'.repeat(524_289));
    expect([status, text]).toEqual([
      413,
      'Request body(524289 bytes) too large, max size: 524288 bytes. See https://developer.hashicorp.com/docs/agent/config/config-files#kv_max_value_size.',
    ]);
  });

  it('has everything after a restart', async () => {
    for (let i = 0; i < 50; i++) await call('PUT', `/v1/kv/r/${i}`, `v${i}`);
    const before = (await call('GET', '/v1/kv/r/?recurse')).text;
    await agent.close();
    await start();
    expect((await call('GET', '/v1/kv/r/?recurse')).text).toBe(before);
  });
});

describe('KV for a token that may do nothing', () => {
  beforeEach(() => start(denyAll));
  afterEach(async () => {
    await agent.close();
    rmSync(dataDir, {recursive: true, force: true});
  });

  it('refuses single reads and writes, and shows empty lists', async () => {
    const put = await call('PUT', '/v1/kv/a', 'x');
    expect(put.status).toBe(403);
    expect(put.text).toBe(
      `Permission denied: anonymous token lacks permission 'key:write' on "a". The anonymous token is used implicitly when a request does not specify a token.`,
    );
    expect((await call('GET', '/v1/kv/a')).status).toBe(403);
    expect((await call('GET', '/v1/kv/a?recurse')).status).toBe(404);
    expect((await call('DELETE', '/v1/kv/a?recurse')).status).toBe(403);
  });
});
