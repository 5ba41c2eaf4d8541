import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {once} from 'node:events';
import {type AddressInfo, createServer as createTcpServer} from 'node:net';
import {createSecureContext} from 'node:tls';
import {gzipSync} from 'node:zlib';
import {describe, expect, onTestFinished, test} from 'vitest';
import {HttpProbe, type HttpProbeOptions} from '../../src/health/http-probe.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {certifiedClock, dialerOn, keptLog, never} from './health-fixture.ts';
import {pem} from '../certificates/certificate-files.ts';

const noRoots = createSecureContext({ca: []});
const testRoots = createSecureContext({ca: pem('ca')});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (answer: Answer): Promise<number> => portOf(createServer(answer));

function probe(url: string, more: Partial<HttpProbeOptions> = {}): {readonly run: () => Promise<string>; readonly clock: SimulatedClock; readonly lines: readonly string[]} {
  const clock = certifiedClock();
  const log = keptLog();
  const made = new HttpProbe({
    checkId: 'web', url, method: 'GET', headers: new Map(), body: '', followsRedirects: true, timeoutMs: 10_000, outputBytesMax: 4_096,
    tls: {serverName: '', skipVerify: false, context: noRoots}, dialer: dialerOn(clock), clock, log, ...more,
  });
  return {
    clock,
    lines: log.lines,
    run: async () => {
      const {status, output} = await made.run(never);
      return `${status}: ${output}`;
    },
  };
}

describe('an HTTP check', () => {
  test.each([
    [200, 'passing', 'OK'], [204, 'passing', 'No Content'], [299, 'passing', ''], [429, 'warning', 'Too Many Requests'], [300, 'critical', 'Multiple Choices'],
    [404, 'critical', 'Not Found'], [500, 'critical', 'Internal Server Error'], [503, 'critical', 'Service Unavailable'],
  ])('%i is %s', async (code, status, reason) => {
    const port = await serve((_, response) => response.writeHead(code).end(code === 204 ? undefined : 'hello'));
    const url = `http://127.0.0.1:${port}/path?q=1`;
    expect(await probe(url).run()).toBe(`${status}: HTTP GET ${url}: ${code} ${code === 299 ? 'unknown' : reason} Output: ${code === 204 ? '' : 'hello'}`);
  });

  test('shows the end of a long body, without a note', async () => {
    const port = await serve((_, response) => response.end(`${'x'.repeat(100_000)}the end`));
    expect(await probe(`http://127.0.0.1:${port}/`, {outputBytesMax: 7}).run()).toBe(`passing: HTTP GET http://127.0.0.1:${port}/: 200 OK Output: the end`);
  });

  test('reads a compressed body', async () => {
    const port = await serve((_, response) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync('plain words')));
    expect(await probe(`http://127.0.0.1:${port}/`).run()).toMatch(/^passing: .* Output: plain words$/);
  });

  test('a body that is not what it says it is makes the check critical', async () => {
    const port = await serve((_, response) => response.setHeader('Content-Encoding', 'gzip').end('not compressed'));
    expect(await probe(`http://127.0.0.1:${port}/`).run()).toMatch(/^critical: /);
  });

  test('says who asks, keeps no connection, and sends what it is told to, letter for letter', async () => {
    let asked: IncomingMessage | undefined;
    let body = '';
    const port = await serve((request, response) => {
      asked = request;
      request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => response.end());
    });
    const headers = new Map([['x-b', ['1', '2']], ['User-Agent', ['me']], ['Host', ['other.test']]]);
    await probe(`http://127.0.0.1:${port}/`, {method: 'PUT', headers, body: 'a body'}).run();
    expect(asked?.method).toBe('PUT');
    expect(asked?.rawHeaders).toEqual([
      'Accept', 'text/plain, text/*, */*', 'x-b', '1', 'x-b', '2', 'User-Agent', 'me', 'Host', 'other.test', 'Accept-Encoding', 'gzip', 'Content-Length', '6', 'Connection', 'close',
    ]);
    expect(body).toBe('a body');
    await probe(`http://127.0.0.1:${port}/`).run();
    expect(asked?.headers).toEqual({'host': `127.0.0.1:${port}`, 'user-agent': 'Consul Health Check', 'accept': 'text/plain, text/*, */*', 'accept-encoding': 'gzip', 'connection': 'close'});
  });

  test('follows redirects, and tells the URL it was given', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''} from ${request.headers.referer ?? ''}`);
      if (request.url === '/a') response.writeHead(302, {Location: '/b'}).end();
      else if (request.url === '/b') response.writeHead(307, {Location: `http://127.0.0.1:${port}/c`}).end();
      else response.end('there');
    });
    const url = `http://127.0.0.1:${port}`;
    expect(await probe(`${url}/a`, {method: 'POST', body: 'x'}).run()).toBe(`passing: HTTP POST ${url}/a: 200 OK Output: there`);
    expect(seen).toEqual([`POST /a from `, `GET /b from ${url}/a`, `GET /c from ${url}/b`]);
  });

  test('gives up after ten redirects', async () => {
    let asked = 0;
    const port = await serve((_, response) => response.writeHead(301, {Location: `/${++asked}`}).end());
    expect(await probe(`http://127.0.0.1:${port}/`).run()).toMatch(/^critical: Get "http.*": stopped after 10 redirects$/);
    expect(asked).toBe(11);
  });

  test('judges the redirect itself where it follows none', async () => {
    const port = await serve((_, response) => response.writeHead(302, {Location: '/b'}).end());
    expect(await probe(`http://127.0.0.1:${port}/a`, {followsRedirects: false}).run()).toBe(`critical: HTTP GET http://127.0.0.1:${port}/a: 302 Found Output: `);
  });

  test('a server that does not answer in time is critical', async () => {
    const asked = Promise.withResolvers<void>();
    const port = await serve(() => asked.resolve());
    const {run, clock, lines} = probe(`http://127.0.0.1:${port}/slow`, {timeoutMs: 2_000});
    const running = run();
    await asked.promise;
    clock.advance(2_000);
    expect(await running).toBe(`critical: Get "http://127.0.0.1:${port}/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
    expect(lines).toEqual(['WARN Check HTTP request failed']);
    expect(clock.pendingCount).toBe(0);
  });

  test('a body without an end is cut at the timeout', async () => {
    const begun = Promise.withResolvers<void>();
    const port = await serve((_, response) => {
      response.write('a beginning', () => begun.resolve());
    });
    const {run, clock} = probe(`http://127.0.0.1:${port}/`, {timeoutMs: 2_000});
    const running = run();
    await begun.promise;
    clock.advance(2_000);
    expect(await running).toMatch(/^critical: /);
  });

  test('tells in Go’s words why there is no answer', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const {port} = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    expect(await probe(`http://127.0.0.1:${port}/`).run()).toBe(`critical: Get "http://127.0.0.1:${port}/": dial tcp 127.0.0.1:${port}: connect: connection refused`);
    expect(await probe('http://nowhere.test/').run()).toBe('critical: Get "http://nowhere.test/": dial tcp: lookup nowhere.test on 127.0.0.53:53: no such host');
    expect(await probe('ftp://127.0.0.1/').run()).toBe('critical: Get "ftp://127.0.0.1/": unsupported protocol scheme "ftp"');
    const rude = createTcpServer((socket) => socket.on('data', () => socket.destroy())).listen(0, '127.0.0.1');
    onTestFinished(() => void rude.close());
    await once(rude, 'listening');
    const rudeUrl = `http://127.0.0.1:${(rude.address() as AddressInfo).port}/`;
    expect(await probe(rudeUrl).run()).toBe(`critical: Get "${rudeUrl}": EOF`);
    const ruder = createTcpServer((socket) => socket.on('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1');
    onTestFinished(() => void ruder.close());
    await once(ruder, 'listening');
    const address = `127.0.0.1:${(ruder.address() as AddressInfo).port}`;
    expect(await probe(`http://${address}/`).run()).toMatch(new RegExp(`^critical: Get "http://${address}/": read tcp 127\\.0\\.0\\.1:\\d+->${address}: read: connection reset by peer$`));
  });

  test('over TLS the certificate must be for the host and from whom is trusted, unless told otherwise', async () => {
    const port = await portOf(createTlsServer({cert: pem('server'), key: pem('server-key')}, (_, response) => response.end('secret')));
    const url = `https://127.0.0.1:${port}/`;
    expect(await probe(url).run()).toBe(`critical: Get "${url}": tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs`);
    expect(await probe(url, {tls: {serverName: 'server.dc1.consul', skipVerify: false, context: noRoots}}).run()).toBe(`critical: Get "${url}": tls: failed to verify certificate: x509: certificate signed by unknown authority`);
    expect(await probe(url, {tls: {serverName: 'other.test', skipVerify: false, context: testRoots}}).run()).toMatch(/x509: certificate is valid for server\.dc1\.consul, not other\.test$/);
    expect(await probe(url, {tls: {serverName: 'server.dc1.consul', skipVerify: false, context: testRoots}}).run()).toMatch(/^passing: .*Output: secret$/);
    expect(await probe(url, {tls: {serverName: '', skipVerify: true, context: noRoots}}).run()).toMatch(/^passing: .*Output: secret$/);
    const early = new SimulatedClock(Date.UTC(2020, 0, 1));
    expect(await probe(url, {clock: early, dialer: dialerOn(early)}).run()).toMatch(/x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before 20/);
    expect(await probe(`https://server.dc1.consul:${port}/`, {tls: {serverName: '', skipVerify: false, context: testRoots}}).run()).toMatch(/^passing: /);
  });

  test('a port without TLS is no TLS port', async () => {
    const port = await serve((_, response) => response.end());
    expect(await probe(`https://127.0.0.1:${port}/`).run()).toBe(`critical: Get "https://127.0.0.1:${port}/": tls: first record does not look like a TLS handshake`);
  });

  test('a removed check ends its request and says nothing', async () => {
    const asked = Promise.withResolvers<IncomingMessage>();
    const port = await serve((request) => asked.resolve(request));
    const clock = new SimulatedClock();
    const made = new HttpProbe({
      checkId: 'web', url: `http://127.0.0.1:${port}/`, method: 'GET', headers: new Map(), body: '', followsRedirects: true, timeoutMs: 10_000, outputBytesMax: 10,
      tls: {serverName: '', skipVerify: false, context: noRoots}, dialer: dialerOn(clock), clock, log: keptLog(),
    });
    const removed = new AbortController();
    const running = made.run(removed.signal);
    const gone = once((await asked.promise).socket, 'close');
    removed.abort(new Error('removed'));
    await expect(running).rejects.toThrow('removed');
    await gone;
  });
});
