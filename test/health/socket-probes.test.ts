import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {createSecureContext, createServer as createTlsServer} from 'node:tls';
import {describe, expect, onTestFinished, test} from 'vitest';
import {type Probe} from '../../src/health/check-result.ts';
import {TcpProbe} from '../../src/health/tcp-probe.ts';
import {UdpProbe} from '../../src/health/udp-probe.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {certifiedClock, dialerOn, keptLog, never} from './health-fixture.ts';
import {pem} from '../certificates/certificate-files.ts';


async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function said(probe: Probe): Promise<string> {
  const {status, output} = await probe.run(never);
  return `${status}: ${output}`;
}

function tcp(target: string, clock = certifiedClock(), tls?: ConstructorParameters<typeof TcpProbe>[0]['tls']): TcpProbe {
  return new TcpProbe({checkId: 'web', target, timeoutMs: 2_000, dialer: dialerOn(clock), clock, log: keptLog(), ...(tls !== undefined && {tls})});
}

function udp(target: string, clock = new SimulatedClock()): UdpProbe {
  return new UdpProbe({checkId: 'web', target, timeoutMs: 2_000, dialer: dialerOn(clock), clock, log: keptLog()});
}

describe('a TCP check', () => {
  test('passes when somebody listens, and hangs up', async () => {
    const hungUp = Promise.withResolvers<void>();
    const port = await listening(createServer((socket) => socket.on('close', () => hungUp.resolve()).resume()));
    expect(await said(tcp(`127.0.0.1:${port}`))).toBe(`passing: TCP connect 127.0.0.1:${port}: Success`);
    await hungUp.promise;
  });

  test('is critical when nobody does, in Go’s words', async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    expect(await said(tcp(`127.0.0.1:${port}`))).toBe(`critical: dial tcp 127.0.0.1:${port}: connect: connection refused`);
    expect(await said(tcp('127.0.0.1'))).toBe('critical: dial tcp: address 127.0.0.1: missing port in address');
    expect(await said(tcp('127.0.0.1:http:x'))).toBe('critical: dial tcp: address 127.0.0.1:http:x: too many colons in address');
    expect(await said(tcp('127.0.0.1:no-such-service'))).toBe('critical: dial tcp: lookup tcp/no-such-service: unknown port');
    expect(await said(tcp('127.0.0.1:70000'))).toBe('critical: dial tcp: address 70000: invalid port');
    expect(await said(tcp('nowhere.test:80'))).toBe('critical: dial tcp: lookup nowhere.test on 127.0.0.53:53: no such host');
  });

  test('of a name with several addresses any will do, of either family', async () => {
    const v4 = await listening(createServer());
    expect(await said(tcp(`two.test:${v4}`))).toBe(`passing: TCP connect two.test:${v4}: Success`);
    const v6 = await listening(createServer(), '::1');
    expect(await said(tcp(`both.test:${v6}`))).toBe(`passing: TCP connect both.test:${v6}: Success`);
    expect(await said(tcp(`[::1]:${v6}`))).toBe(`passing: TCP connect [::1]:${v6}: Success`);
  });

  test('a look-up that takes too long is critical at the timeout', async () => {
    const clock = new SimulatedClock();
    const running = said(tcp('slow.test:80', clock));
    clock.advance(2_000);
    expect(await running).toBe('critical: dial tcp: lookup slow.test: i/o timeout');
    expect(clock.pendingCount).toBe(0);
  });

  test('with TLS the handshake must succeed too', async () => {
    const port = await listening(createTlsServer({cert: pem('server'), key: pem('server-key')}));
    const roots = createSecureContext({ca: pem('ca')});
    expect(await said(tcp(`127.0.0.1:${port}`, undefined, {serverName: 'server.dc1.consul', skipVerify: false, context: roots}))).toBe(`passing: TCP+TLS connect 127.0.0.1:${port}: Success`);
    expect(await said(tcp(`127.0.0.1:${port}`, undefined, {serverName: '', skipVerify: false, context: roots}))).toMatch(/^critical: tls: failed to verify certificate: x509: cannot validate certificate for 127\.0\.0\.1/);
    const plain = await listening(createServer((socket) => socket.end('hello, this is no TLS\r\n')));
    expect(await said(tcp(`127.0.0.1:${plain}`, undefined, {serverName: '', skipVerify: true, context: roots}))).toBe('critical: tls: first record does not look like a TLS handshake');
  });

  test('a TLS server that says nothing is critical at the timeout', async () => {
    const accepted = Promise.withResolvers<Socket>();
    const port = await listening(createServer((socket) => socket.once('data', () => accepted.resolve(socket))));
    const clock = new SimulatedClock();
    const running = said(tcp(`127.0.0.1:${port}`, clock, {serverName: '', skipVerify: true, context: createSecureContext()}));
    const socket = await accepted.promise;
    clock.advance(2_000);
    expect(await running).toBe('critical: context deadline exceeded');
    socket.destroy();
  });
});

describe('a UDP check', () => {
  async function echo(answer: (message: Buffer, reply: () => void) => void): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', (message, from) => answer(message, () => socket.send('x', from.port, from.address)));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    return socket.address().port;
  }

  test('passes when somebody answers its empty datagram', async () => {
    const seen: number[] = [];
    const port = await echo((message, reply) => {
      seen.push(message.length);
      reply();
    });
    expect(await said(udp(`127.0.0.1:${port}`))).toBe(`passing: UDP connect 127.0.0.1:${port}: Success`);
    expect(seen).toEqual([0]);
  });

  test('passes when nobody has anything against it until the timeout', async () => {
    const arrived = Promise.withResolvers<void>();
    const port = await echo(() => arrived.resolve());
    const clock = new SimulatedClock();
    const running = said(udp(`127.0.0.1:${port}`, clock));
    await arrived.promise;
    clock.advance(2_000);
    expect(await running).toBe(`passing: UDP connect 127.0.0.1:${port}: Success`);
    expect(clock.pendingCount).toBe(0);
  });

  test('is critical when the port is closed', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const {port} = socket.address();
    socket.close();
    await once(socket, 'close');
    expect(await said(udp(`127.0.0.1:${port}`))).toMatch(new RegExp(`^critical: read udp 127\\.0\\.0\\.1:\\d+->127\\.0\\.0\\.1:${port}: read: connection refused$`));
  });

  test('is critical for a target that is none', async () => {
    expect(await said(udp('127.0.0.1'))).toBe('critical: dial udp: address 127.0.0.1: missing port in address');
    expect(await said(udp('nowhere.test:1'))).toBe('critical: dial udp: lookup nowhere.test on 127.0.0.53:53: no such host');
  });
});
