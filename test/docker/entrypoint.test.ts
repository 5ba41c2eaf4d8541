import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';

const entrypoint = resolve('docker/entrypoint.sh');
const run = promisify(execFile);

interface Container {
  readonly data: string;
  readonly config: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What the image gives the entrypoint: the program in PATH, and two folders. */
function container(variables: Readonly<Record<string, string>> = {}): Container {
  const root = mkdtempSync(join(tmpdir(), 'container-'));
  onTestFinished(() => rmSync(root, {recursive: true, force: true}));
  const [bin, data, config] = ['bin', 'data', 'config'].map((name) => join(root, name)) as [string, string, string];
  for (const folder of [bin, data, config]) mkdirSync(folder);
  symlinkSync(resolve('bin/proconsul'), join(bin, 'consul'));
  const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
  const env = {...process.env, PATH, CONSUL_DATA_DIR: data, CONSUL_CONFIG_DIR: config, CONSUL_DISABLE_PERM_MGMT: '1', ...variables};
  return {data, config, env};
}

async function output({env}: Container, ...args: readonly string[]): Promise<string> {
  const {stdout} = await run(entrypoint, args, {env});
  return stdout;
}

/** Ends badly, and says why. */
async function failure({env}: Container, ...args: readonly string[]): Promise<{readonly code: number; readonly said: string}> {
  const child = spawn(entrypoint, args, {env, stdio: ['ignore', 'pipe', 'pipe']});
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()));
  const [code] = await once(child, 'close') as [number];
  return {code, said};
}

/** Resolves when the log says this. */
async function logged(child: ChildProcess, wanted: RegExp): Promise<void> {
  let log = '';
  for await (const piece of child.stdout as AsyncIterable<Buffer>) if (wanted.test(log += piece.toString())) return;
  throw new Error(`the agent ended: ${log}`);
}

test('a command of ours runs, though there is a program of its name too', async () => {
  const own = container();
  expect(await output(own, 'version')).toMatch(/^Consul v1\.21\.4 /);
  expect((await failure(own, 'join', '-http-addr=127.0.0.1:1', '127.0.0.2')).said).toMatch(/^Error joining address '127\.0\.0\.2'/);
});

test('any other program runs as it is', async () => {
  expect(await output(container(), 'sh', '-c', 'echo hello')).toBe('hello\n');
});

test('a configuration in the environment is put beside the files, by its form', async () => {
  const json = container({CONSUL_LOCAL_CONFIG: ' {"servr": true}'});
  const bad = await failure(json, 'agent');
  expect(bad).toEqual({code: 1, said: expect.stringMatching(/local\.json.*servr/s) as string});
  const hcl = container({CONSUL_LOCAL_CONFIG: 'servr = true'});
  expect((await failure(hcl, '-server')).said).toMatch(/local\.hcl.*servr/s);
  expect(readFileSync(join(hcl.config, 'local.hcl'), 'utf8')).toBe('servr = true\n');
});

test('an interface that is not there ends it, by name', async () => {
  expect(await failure(container({CONSUL_BIND_INTERFACE: 'eth9'}), 'agent')).toEqual({code: 1, said: 'There is no interface eth9 with an IPv4 address in this container\n'});
});

test('options alone are those of the agent, which keeps its state in the data folder and serves where the interface says', async () => {
  const {env, data, config} = container({CONSUL_CLIENT_INTERFACE: 'lo', CONSUL_BIND_INTERFACE: 'lo'});
  const ports = {http: 0, dns: -1, grpc: -1, grpc_tls: -1, serf_lan: 28_301, serf_wan: -1, server: 28_300};
  writeFileSync(join(config, 'ports.json'), JSON.stringify({ports}));
  const agent = spawn(entrypoint, ['-server', '-bootstrap', '-node=one'], {env, stdio: ['ignore', 'pipe', 'inherit']});
  onTestFinished(() => void agent.kill('SIGKILL'));
  await logged(agent, /New leader elected: payload=one|cluster leadership acquired/);
  agent.kill('SIGTERM');
  await once(agent, 'exit');
  expect(readFileSync(join(data, 'node-id'), 'utf8')).toMatch(/^[0-9a-f-]{36}$/);
});
