import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {once} from 'node:events';
import {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {DockerProbe} from '../../src/health/docker-probe.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {keptLog, never} from './health-fixture.ts';

type Replies = Readonly<Record<string, readonly [status: number, body: string]>>;

const fine: Replies = {
  'POST /containers/box/exec': [201, '{"Id":"e1"}'],
  'POST /exec/e1/start': [200, 'the output'],
  'GET /exec/e1/json': [200, '{"ExitCode":0}'],
};

async function docker(replies: Replies | ((request: IncomingMessage, response: ServerResponse) => void), where: 'unix' | 'tcp' = 'unix') {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`.trim());
      if (typeof replies === 'function') return replies(request, response);
      const [status, text] = replies[`${request.method ?? ''} ${(request.url ?? '').replace(/^\/base/, '')}`] ?? [418, 'unexpected'];
      response.writeHead(status).end(text);
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'docker-probe-'));
  const socketPath = join(folder, 'docker.sock');
  if (where === 'unix') server.listen(socketPath);
  else server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, {recursive: true, force: true});
  });
  const clock = new SimulatedClock();
  const dockerHost = where === 'unix' ? `unix://${socketPath}` : `tcp://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
  const probe = new DockerProbe({checkId: 'web', containerId: 'box', args: ['check', '-v'], timeoutMs: 5_000, outputBytesMax: 20, dockerHost, clock, log: keptLog()});
  return {asked, clock, run: () => probe.run(never)};
}

describe('a Docker check', () => {
  test('runs its program in the container and judges by the exit code', async () => {
    const {asked, run} = await docker(fine);
    expect(await run()).toEqual({status: 'passing', output: 'the output'});
    expect(asked).toEqual([
      'POST /containers/box/exec {"AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"Tty":false,"Cmd":["check","-v"]}',
      'POST /exec/e1/start {"Detach":false,"Tty":true}',
      'GET /exec/e1/json',
    ]);
  });

  test('is found by TCP, with a base path', async () => {
    const {asked, run} = await docker(fine, 'tcp');
    expect((await run()).status).toBe('passing');
    expect(asked[2]).toBe('GET /base/exec/e1/json');
  });

  test.each([[1, 'warning'], [2, 'critical'], [126, 'critical']])('exit code %i is %s', async (code, status) => {
    const {run} = await docker({...fine, 'GET /exec/e1/json': [200, `{"ExitCode":${code}}`]});
    expect((await run()).status).toBe(status);
  });

  test('keeps the end of a long output', async () => {
    const {run} = await docker({...fine, 'POST /exec/e1/start': [200, 'x'.repeat(100) + 'y'.repeat(20)]});
    expect((await run()).output).toBe(`Captured 20 of 120 bytes\n...\n${'y'.repeat(20)}`);
  });

  test.each<[string, Replies, string]>([
    ['an unknown container', {'POST /containers/box/exec': [404, '']}, 'create exec failed for unknown container box'],
    ['a paused container', {'POST /containers/box/exec': [409, '']}, 'create exec failed since container box is paused or stopped'],
    ['a broken daemon', {'POST /containers/box/exec': [500, 'oh']}, 'create exec failed for container box with status 500: oh'],
    ['an exec that is gone', {'POST /exec/e1/start': [404, '']}, 'start exec failed for container box: invalid exec id e1'],
    ['a container stopped meanwhile', {'POST /exec/e1/start': [409, '']}, 'start exec failed since container box is paused or stopped'],
    ['an exec that does not start', {'POST /exec/e1/start': [500, 'oh']}, 'start exec failed for container box with status 500: body: oh err: <nil>'],
    ['an exec nobody knows afterwards', {'GET /exec/e1/json': [404, '']}, 'inspect exec failed for container box: invalid exec id e1'],
    ['an exec that cannot be looked at', {'GET /exec/e1/json': [500, 'oh']}, 'inspect exec failed for container box with status 500: oh'],
  ])('%s is critical, with Consul’s text', async (_, replies, text) => {
    const {run} = await docker({...fine, ...replies});
    expect(await run()).toEqual({status: 'critical', output: text});
  });

  test('an answer that is no JSON is critical, not a crash', async () => {
    const {run} = await docker({...fine, 'GET /exec/e1/json': [200, '{']});
    expect((await run()).status).toBe('critical');
  });

  test('a stream that Docker cuts off counts as ended', async () => {
    const {run} = await docker((request, response) => {
      const [status, text] = fine[`${request.method ?? ''} ${request.url ?? ''}`] ?? [418, ''];
      if (request.url !== '/exec/e1/start') response.writeHead(status).end(text);
      else response.writeHead(200, {'Content-Length': '100'}).write('half', () => response.destroy());
    });
    expect(await run()).toEqual({status: 'passing', output: 'half'});
  });

  test('a daemon that never answers is critical at the timeout', async () => {
    const reached = Promise.withResolvers<void>();
    const {run, clock} = await docker(() => reached.resolve());
    const running = run();
    await reached.promise;
    clock.advance(5_000);
    expect(await running).toEqual({status: 'critical', output: 'context deadline exceeded'});
    expect(clock.pendingCount).toBe(0);
  });

  test.each(['http://x', 'unix://', 'tcp://no-port', ''])('a DOCKER_HOST like %j is told to be none', async (dockerHost) => {
    const probe = new DockerProbe({checkId: 'web', containerId: 'box', args: [], timeoutMs: 1, outputBytesMax: 1, dockerHost, clock: new SimulatedClock(), log: keptLog()});
    expect(await probe.run(never)).toEqual({status: 'critical', output: `unable to parse docker host \`${dockerHost}\``});
  });
});
