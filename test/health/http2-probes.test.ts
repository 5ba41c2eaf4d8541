import {once} from 'node:events';
import {createSecureServer, createServer, type Http2SecureServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream} from 'node:http2';
import {type AddressInfo, createServer as createTcpServer, type Server as TcpServer} from 'node:net';
import {createSecureContext} from 'node:tls';
import * as fc from 'fast-check';
import {describe, expect, onTestFinished, test} from 'vitest';
import {type Probe} from '../../src/health/check-result.ts';
import {GrpcProbe} from '../../src/health/grpc-probe.ts';
import {H2PingProbe} from '../../src/health/h2ping-probe.ts';
import {type CheckTls} from '../../src/health/tls-dial.ts';
import {certifiedClock, dialerOn, keptLog, never} from './health-fixture.ts';
import {pem} from '../certificates/certificate-files.ts';

const trusted: CheckTls = {serverName: 'server.dc1.consul', skipVerify: false, context: createSecureContext({ca: pem('ca')})};

async function portOf(server: Http2Server | Http2SecureServer | TcpServer): Promise<number> {
  const open = new Set<{destroy: () => void}>();
  server.on('connection', (socket: {destroy: () => void}) => open.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function said(probe: Probe): Promise<string> {
  const {status, output} = await probe.run(never);
  return `${status}: ${output}`;
}

const grpc = (target: string, clock = certifiedClock(), tls?: CheckTls): GrpcProbe => new GrpcProbe({checkId: 'web', target, timeoutMs: 2_000, dialer: dialerOn(clock), clock, log: keptLog(), ...(tls !== undefined && {tls})});
const ping = (target: string, clock = certifiedClock(), tls?: CheckTls): H2PingProbe => new H2PingProbe({checkId: 'web', target, timeoutMs: 2_000, dialer: dialerOn(clock), clock, log: keptLog(), ...(tls !== undefined && {tls})});

async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A server of the health service, whose answer is given as bytes and trailers. */
async function healthService(reply: Uint8Array, trailers: Record<string, string> = {'grpc-status': '0'}) {
  const asked: {path: string; message: string}[] = [];
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => undefined); // the checker may hang up in the middle
    stream.on('end', () => {
      asked.push({path: String(headers[':path']), message: Buffer.concat(chunks).toString('hex')});
      stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true});
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end(reply);
    });
  });
  return {port: await portOf(server), asked};
}

const serving = (status: number): Buffer => Buffer.from([0, 0, 0, 0, 2, 8, status]);

describe('a gRPC check', () => {
  test('asks the health service whether all is served', async () => {
    const {port, asked} = await healthService(serving(1));
    expect(await said(grpc(`127.0.0.1:${port}`))).toBe(`passing: gRPC check 127.0.0.1:${port}: success`);
    expect(asked).toEqual([{path: '/grpc.health.v1.Health/Check', message: '0000000000'}]);
  });

  test('or a service of it: what stands behind the first slash', async () => {
    const {port, asked} = await healthService(serving(1));
    expect(await said(grpc(`127.0.0.1:${port}/my.pkg/Service`))).toBe(`passing: gRPC check 127.0.0.1:${port}/my.pkg/Service: success`);
    const name = Buffer.from('my.pkg/Service');
    expect(asked[0]?.message).toBe(Buffer.concat([Buffer.from([0, 0, 0, 0, name.length + 2, 0x0a, name.length]), name]).toString('hex'));
    await said(grpc(`127.0.0.1:${port}/${'n'.repeat(300)}`));
    expect(asked[1]?.message).toBe(`000000012f0aac02${Buffer.from('n'.repeat(300)).toString('hex')}`);
  });

  test.each([[0, 'UNKNOWN'], [2, 'NOT_SERVING'], [3, 'SERVICE_UNKNOWN'], [9, '9']])('serving status %i is critical', async (status, name) => {
    const {port} = await healthService(serving(status));
    expect(await said(grpc(`127.0.0.1:${port}`))).toBe(`critical: gRPC 127.0.0.1:${port} serving status: ${name}`);
  });

  test('an error of the service is told with its code and words', async () => {
    const {port} = await healthService(Buffer.alloc(0), {'grpc-status': '12', 'grpc-message': 'unknown service grpc.health.v1.Health'});
    expect(await said(grpc(`127.0.0.1:${port}`))).toBe('critical: rpc error: code = Unimplemented desc = unknown service grpc.health.v1.Health');
    const other = await healthService(Buffer.alloc(0), {'grpc-status': '5', 'grpc-message': 'gr%C3%BC%C3%9Fe 100%'});
    expect(await said(grpc(`127.0.0.1:${other.port}`))).toBe('critical: rpc error: code = NotFound desc = grüße 100%');
    const odd = await healthService(Buffer.alloc(0), {'grpc-status': '99'});
    expect(await said(grpc(`127.0.0.1:${odd.port}`))).toBe('critical: rpc error: code = Code(99) desc = ');
  });

  test('a server that speaks HTTP/2 but not gRPC is critical', async () => {
    const server = createServer((_, response) => response.writeHead(404).end());
    expect(await said(grpc(`127.0.0.1:${await portOf(server)}`))).toMatch(/^critical: rpc error: code = /);
  });

  test('nobody there is critical, in gRPC’s words', async () => {
    const port = await closedPort();
    expect(await said(grpc(`127.0.0.1:${port}`))).toBe(`critical: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:${port}: connect: connection refused"`);
  });

  test('a server that takes the connection and says nothing is critical at the timeout', async () => {
    const clock = certifiedClock();
    const accepted = Promise.withResolvers<void>();
    const port = await portOf(createTcpServer((socket) => socket.once('data', () => accepted.resolve())));
    const running = said(grpc(`127.0.0.1:${port}`, clock));
    await accepted.promise;
    clock.advance(2_000);
    expect(await running).toBe('critical: rpc error: code = DeadlineExceeded desc = context deadline exceeded');
    expect(clock.pendingCount).toBe(0);
  });

  test('goes over TLS where it is told to', async () => {
    const server = createSecureServer({cert: pem('server'), key: pem('server-key')});
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true});
      stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
      stream.end(serving(1));
    });
    const port = await portOf(server);
    expect(await said(grpc(`127.0.0.1:${port}`, undefined, trusted))).toBe(`passing: gRPC check 127.0.0.1:${port}: success`);
    expect(await said(grpc(`127.0.0.1:${port}`, undefined, {...trusted, serverName: ''}))).toMatch(/^critical: rpc error: code = Unavailable desc = .*x509: cannot validate certificate for 127\.0\.0\.1/);
  });

  test('whatever bytes a service answers, the check says something', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({maxLength: 40}), fc.stringMatching(/^[ -~]{0,8}$/), async (reply, message) => {
      const {port} = await healthService(reply, {'grpc-status': '0', 'grpc-message': message});
      expect(await said(grpc(`127.0.0.1:${port}`))).toMatch(/^(passing|critical): /);
    }), {numRuns: 30});
  });
});

describe('an HTTP/2 ping check', () => {
  test('passes when the ping is answered, in plain text and over TLS', async () => {
    const plain = await portOf(createServer());
    expect(await said(ping(`127.0.0.1:${plain}`))).toBe('passing: HTTP2 ping was successful');
    const secure = await portOf(createSecureServer({cert: pem('server'), key: pem('server-key')}));
    expect(await said(ping(`127.0.0.1:${secure}`, undefined, trusted))).toBe('passing: HTTP2 ping was successful');
  });

  test('tells why there is no connection', async () => {
    const port = await closedPort();
    expect(await said(ping(`127.0.0.1:${port}`))).toBe(`critical: Failed to dial to 127.0.0.1:${port}: dial tcp 127.0.0.1:${port}: connect: connection refused`);
    const plain = await portOf(createServer());
    expect(await said(ping(`127.0.0.1:${plain}`, undefined, trusted))).toMatch(new RegExp(`^critical: Failed to dial to 127\\.0\\.0\\.1:${plain}: tls: `));
  });

  test('a server that speaks something else is critical', async () => {
    const port = await portOf(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await said(ping(`127.0.0.1:${port}`))).toMatch(/^critical: /);
  });

  test('a server that never answers is critical at the timeout', async () => {
    const clock = certifiedClock();
    const accepted = Promise.withResolvers<void>();
    const port = await portOf(createTcpServer((socket) => socket.once('data', () => accepted.resolve())));
    const running = said(ping(`127.0.0.1:${port}`, clock));
    await accepted.promise;
    clock.advance(2_000);
    expect(await running).toBe(`critical: Failed to dial to 127.0.0.1:${port}: context deadline exceeded`);
    expect(clock.pendingCount).toBe(0);
  });

  test('a session that ends before its ping is answered is critical', async () => {
    const server = createServer();
    server.on('session', (session: ServerHttp2Session) => session.on('ping', () => undefined).once('remoteSettings', () => session.destroy()));
    expect(await said(ping(`127.0.0.1:${await portOf(server)}`))).toMatch(/^critical: (HTTP2 ping failed|Failed to dial)/);
  });
});
