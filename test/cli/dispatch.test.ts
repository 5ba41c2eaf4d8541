import {createServer, type Server} from 'node:http';
import {type AddressInfo} from 'node:net';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {dispatch} from '../../src/cli/dispatch.ts';

let server: Server;
let address = '';
const seen: string[] = [];
/** What the agent answers, by method and URL. */
const answers = new Map<string, readonly [status: number, body: string]>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const asked = `${request.method ?? ''} ${request.url ?? ''}`;
    seen.push(asked);
    const [status, body] = answers.get(asked) ?? [404, ''];
    response.writeHead(status).end(body);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

async function run(...argv: string[]): Promise<{readonly out: string; readonly err: string; readonly code: number}> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await dispatch(argv, {
    stdout: (text) => out.push(typeof text === 'string' ? text : Buffer.from(text).toString('latin1')),
    stderr: (text) => err.push(text),
    stdin: () => Promise.resolve(Buffer.from('from stdin')),
    env: {CONSUL_HTTP_ADDR: address},
  });
  return {out: out.join(''), err: err.join(''), code};
}

describe('the command line', () => {
  it('prints usage with exit code 127 for what it does not know', async () => {
    expect(await run('bogus')).toMatchObject({out: '', code: 127});
    expect((await run('--help')).out).toMatch(/^Usage: consul \[--version\] \[--help\] <command> \[<args>\]\n\nAvailable commands are:\n {4}agent {10}Runs a Consul agent\n/);
    expect(await run('kv')).toMatchObject({out: '', code: 1});
    expect(await run('kv', '-h')).toMatchObject({err: '', code: 0});
  });

  it('shows help wherever -h stands', async () => {
    const {out, code} = await run('kv', 'put', 'a', '-h');
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: consul kv put \[options\] KEY \[DATA\]\n[^]*\nHTTP API Options\n\n {2}-ca-file=<value>\n {5}CA file [^]*\nCommand Options\n\n {2}-acquire\n {5}Take/);
  });

  it('answers a bad flag as Go does', async () => {
    const {err, code} = await run('version', '-x');
    expect({err, code}).toEqual({err: 'flag provided but not defined: -x\nUsage:\n  -format string\n    \tOutput format {pretty|json} (default "pretty")\n\nUnknown flag -x\n', code: 1});
  });

  it.each([
    [['membrs'], 'Unknown command membrs; did you mean members?'],
    [['acl', 'bootstrap'], 'This version of Proconsul has no command acl'],
    [['kv', 'gte', 'k'], 'Unknown subcommand gte; did you mean get?'],
    [['kv', 'get', '-recursive', 'k'], 'Unknown flag -recursive; did you mean -recurse?'],
    [['kv', 'get', '-zzzzzz', 'k'], 'Unknown flag -zzzzzz'],
  ])('says at the end of the usage what it did not know, and what may have been meant: %j', async (words, text) => {
    const {err, out} = await run(...words);
    expect(err.endsWith(`\n${text}\n`)).toBe(true);
    expect(out).toBe('');
  });

  it('states the version of Consul and its own', async () => {
    expect((await run('version')).out).toMatch(/^Consul v1\.21\.4 \(Proconsul \d+\.\d+\.\d+\)\n/);
    expect(JSON.parse((await run('version', '-format=json')).out)).toMatchObject({Version: '1.21.4'});
  });

  it('makes keys of 32 bytes', async () => {
    expect(Buffer.from((await run('keygen')).out, 'base64')).toHaveLength(32);
  });

  it('refuses an agent that cannot run before anything starts', async () => {
    expect(await run('agent', 'x')).toMatchObject({err: '==> Unexpected extra arguments: [x]\n', code: 1});
    expect(await run('agent')).toMatchObject({err: '==> data_dir cannot be empty\n', code: 1});
    expect(await run('agent', '-dev', '-log-level=foo')).toMatchObject({err: '==> Invalid log level: foo. Valid log levels are: [TRACE DEBUG INFO WARN ERR ERROR]\n', code: 1});
  });

  it('keeps bytes of values and 64 bits of flags', async () => {
    answers.set('GET /v1/kv/k', [200, `[{"LockIndex":0,"Key":"k","Flags":18446744073709551615,"Value":"${Buffer.from([0xff, 0]).toString('base64')}","CreateIndex":5,"ModifyIndex":6}]`]);
    expect((await run('kv', 'get', '/k')).out).toBe('\xff\0\n');
    expect((await run('kv', 'get', '-detailed', '-base64', 'k')).out).toBe('CreateIndex      5\nFlags            18446744073709551615\nKey              k\nLockIndex        0\nModifyIndex      6\nSession          -\nValue            /wA=\n');
    expect(await run('kv', 'get', 'nope')).toMatchObject({err: 'Error! No key exists at: nope\n', code: 1});
  });

  it('writes keys with their options in the query', async () => {
    answers.set('PUT /v1/kv/a/b%20c?cas=7&dc=dc2&flags=16', [200, 'false']);
    expect(await run('kv', 'put', '-cas', '-modify-index=7', '-flags=0x10', '-datacenter=dc2', 'a/b c', '-')).toMatchObject({err: 'Error! Did not write to a/b c: CAS failed\n', code: 1});
  });

  it('lines up members, servers first', async () => {
    const member = (name: string, role: string): object => ({Name: name, Addr: '10.0.0.1', Port: 8301, Status: 1, Tags: {role, dc: 'dc1', vsn: '2', build: '1.21.4:abc'}});
    answers.set('GET /v1/agent/members?segment=_all', [200, JSON.stringify([member('a', 'node'), member('server-1', 'consul')])]);
    expect((await run('members')).out).toBe([
      'Node      Address        Status  Type    Build   Protocol  DC   Partition  Segment',
      'server-1  10.0.0.1:8301  alive   server  1.21.4  2         dc1  default    <all>',
      'a         10.0.0.1:8301  alive   client  1.21.4  2         dc1  default    <default>\n',
    ].join('\n'));
    expect(await run('members', '-status=left')).toEqual({out: '', err: '', code: 2});
  });

  it('tells an unreachable agent and a refusal apart', async () => {
    answers.set('PUT /v1/agent/reload', [500, 'bad file\n']);
    expect((await run('reload')).err).toBe('Error reloading: Unexpected response code: 500 (bad file)\n');
    expect((await run('info', '-http-addr=127.0.0.1:1')).err).toBe('Error querying agent: Get "http://127.0.0.1:1/v1/agent/self": dial tcp 127.0.0.1:1: connect: connection refused\n');
    expect((await run('info', '-http-addr=foo://x')).err).toBe('Error connecting to Consul agent: Unknown protocol scheme: foo\n');
    expect(seen).toContain('PUT /v1/agent/reload');
  });
});
