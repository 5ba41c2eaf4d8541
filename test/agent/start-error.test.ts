import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {removeStaleSocket, setSocketPermissions} from '../../src/agent/unix-socket.ts';
import {RotatingFile} from '../../src/agent/log/rotating-file.ts';
import {protocolFault} from '../../src/agent/protocol-fault.ts';
import {startError} from '../../src/agent/start-error.ts';
import {loadConfig} from '../../src/config/load-config.ts';
import {type RuntimeConfig} from '../../src/config/runtime-config.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {temporaryDir} from './local-fixture.ts';

function config(text: string): RuntimeConfig {
  return loadConfig({devMode: true, paths: [], format: undefined, fragments: [text], flagValues: new Map()}).config;
}

/** What the system says of a TCP or UDP port that is taken. */
async function taken(protocol: 'tcp' | 'udp'): Promise<{readonly error: unknown; readonly port: number}> {
  if (protocol === 'tcp') {
    const [first, second] = [createServer(), createServer()];
    onTestFinished(() => void first.close());
    first.listen(0, '127.0.0.1');
    await once(first, 'listening');
    const {port} = first.address() as AddressInfo;
    second.listen(port, '127.0.0.1');
    const [error] = (await once(second, 'error')) as [unknown];
    return {error, port};
  }
  const [first, second] = [createSocket('udp4'), createSocket('udp4')];
  onTestFinished(() => {
    first.close();
    second.close();
  });
  first.bind(0, '127.0.0.1');
  await once(first, 'listening');
  second.bind(first.address().port, '127.0.0.1');
  const [error] = (await once(second, 'error')) as [unknown];
  return {error, port: first.address().port};
}

const messageOf = (error: unknown, settings: RuntimeConfig): string => (startError(error, settings) as Error).message;

describe('an agent that does not start', () => {
  it('says which address is taken, in the words of 1.21.4', async () => {
    const {error, port} = await taken('tcp');
    const inUse = `listen tcp 127.0.0.1:${port}: bind: address already in use`;
    expect(messageOf(error, config(''))).toBe(inUse);
    expect(messageOf(error, config(`ports { server = ${port} }`))).toBe(`Failed to start Consul server: Failed to start RPC layer: ${inUse}`);
    expect(messageOf(error, config(`server = false ports { serf_lan = ${port} }`))).toBe(
      'Failed to start Consul client: Failed to start lan serf: Failed to create memberlist: Could not set up network transport: failed to obtain an address: ' +
      `Failed to start TCP listener on "127.0.0.1" port ${port}: ${inUse}`);
    const datagrams = await taken('udp');
    expect(messageOf(datagrams.error, config(''))).toBe(`listen udp 127.0.0.1:${datagrams.port}: bind: address already in use`);
  });

  it('says that another agent has its folder', () => {
    const error = new Error('the raft log in d/raft/log cannot be opened: IO error: lock d/raft/log/LOCK: Resource temporarily unavailable');
    expect(messageOf(error, config('data_dir = "d"'))).toMatch(/^data_dir "d" is in use by another agent that is running: /);
    const other = new Error('other');
    expect(startError(other, config(''))).toBe(other);
  });
});

describe('the path of a Unix socket', () => {
  it('is freed of a socket that nobody listens on, and of nothing else', async () => {
    const dir = temporaryDir();
    const [socket, plain] = [join(dir, 's.sock'), join(dir, 'plain')];
    const server = createServer().listen(socket);
    await once(server, 'listening');
    writeFileSync(plain, 'precious');
    removeStaleSocket(socket);
    removeStaleSocket(plain);
    removeStaleSocket(join(dir, 'none'));
    expect([existsSync(socket), existsSync(plain)]).toEqual([false, true]);
    expect(() => removeStaleSocket('/nodir/s.sock')).toThrow('ENOENT');
    server.close();
  });

  it('is given away only to users, groups and modes that there are', () => {
    const path = join(temporaryDir(), 'file');
    writeFileSync(path, '');
    const permissions = {user: '', group: '', mode: ''};
    setSocketPermissions(path, permissions);
    setSocketPermissions(path, {user: String(process.getuid?.() ?? 0), group: String(process.getgid?.() ?? 0), mode: '0700'});
    expect(() => setSocketPermissions(path, {...permissions, user: 'nosuch'})).toThrow('Failed setting up socket: failed to look up user nosuch: user: unknown user nosuch');
    expect(() => setSocketPermissions(path, {...permissions, group: 'nosuch'})).toThrow('Failed setting up socket: invalid group specified: nosuch');
    expect(() => setSocketPermissions(path, {...permissions, mode: '9x'})).toThrow('Failed setting up socket: invalid mode specified: 9x');
  });
});

describe('a log file', () => {
  it('has the name that was given, with an extension or without', () => {
    const dir = temporaryDir();
    mkdirSync(join(dir, 'folder'));
    const open = (path: string): RotatingFile => new RotatingFile({path, rotateDurationMs: 1000, rotateBytes: 0, maxFiles: 0, clock: new SimulatedClock(), onTrouble: (why) => expect.unreachable(why)});
    for (const path of ['plain', 'agent.txt', 'folder/']) open(join(dir, path) + (path.endsWith('/') ? '/' : '')).close();
    expect(['plain', 'agent.txt', 'folder/consul.log'].map((name) => existsSync(join(dir, name)))).toEqual([true, true, true]);
  });
});

it('an agent does not start with a version of the protocol that it does not speak', () => {
  const fault = (protocol: number, server: boolean): string | undefined => protocolFault({protocol, server});
  expect([2, 3].map((version) => fault(version, true))).toEqual([undefined, undefined]);
  expect(fault(1, true)).toBe("Failed to start Consul server: Protocol version '1' too low. Must be in range: [2, 3]");
  expect(fault(4, false)).toBe("Failed to start Consul client: Protocol version '4' too high. Must be in range: [2, 3]");
});
