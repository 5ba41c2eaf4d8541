import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {once} from 'node:events';
import {promisify} from 'node:util';
import {afterEach, describe, expect, test} from 'vitest';
import {Serf} from '../../../src/gossip/serf.ts';
import {type PoolEvent} from '../../../src/gossip/serf-options.ts';
import {Keyring} from '../../../src/gossip/wire/keyring.ts';

const run = promisify(execFile);
const serfPath = '/usr/bin/serf';
const key = Buffer.from(Array.from({length: 32}, (_, i) => i));
const nextKey = Buffer.alloc(16, 7);
const children: ChildProcess[] = [];
const pools: Serf[] = [];

/** Debian's serf on an address of its own; resolves when it runs. `logged` resolves when its log says so. */
async function startAgent(address: string, sealed: boolean): Promise<{agent: ChildProcess; logged: (text: string) => Promise<void>}> {
  const agent = spawn(serfPath, ['agent', '-node=debian', `-bind=${address}:7946`, `-rpc-addr=${address}:7373`, '-tag', 'role=web',
    '-event-handler=query:uptime=echo three days', ...(sealed ? [`-encrypt=${key.toString('base64')}`] : [])], {stdio: ['ignore', 'pipe', 'inherit']});
  children.push(agent);
  let log = '';
  const logged = (text: string): Promise<void> => new Promise((resolve, reject) => {
    const check = (): void => {
      if (log.includes(text)) resolve();
    };
    agent.stdout?.on('data', check);
    agent.once('exit', () => reject(new Error(`serf ended: ${log}`)));
    check();
  });
  agent.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await logged('EventMemberJoin: debian');
  return {agent, logged};
}

async function startPool(address: string, sealed: boolean): Promise<{pool: Serf; seen: (fits: (event: PoolEvent) => boolean) => Promise<void>}> {
  const events: PoolEvent[] = [];
  const waiting: (() => void)[] = [];
  const pool = await Serf.create({
    name: 'own', tags: {role: 'x'}, bind: {address, port: 7946}, keyring: sealed ? new Keyring([key]) : null,
    times: {leavePropagateDelayMs: 1000},
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'query') event.respond(`answer to ${event.payload}`);
      for (const check of waiting) check();
    },
  });
  pools.push(pool);
  const seen = (fits: (event: PoolEvent) => boolean): Promise<void> => new Promise((resolve) => {
    const check = (): void => {
      if (events.some(fits)) resolve();
    };
    waiting.push(check);
    check();
  });
  return {pool, seen};
}

async function serf(address: string, ...args: string[]): Promise<string> {
  const [command = '', ...rest] = args;
  return (await run(serfPath, [command, `-rpc-addr=${address}:7373`, ...rest])).stdout;
}

/** The key is changed step by step, by either side, while both are in the pool. */
async function rotateKeys(theirs: string, pool: Serf): Promise<void> {
  const {keyManager} = pool;
  const [old, next] = [key.toString('base64'), nextKey.toString('base64')];
  expect((await keyManager.list()).keys).toEqual({[old]: 2});
  await serf(theirs, 'keys', `-install=${next}`);
  expect((await keyManager.list()).keys).toEqual({[old]: 2, [next]: 2});
  expect((await keyManager.use(nextKey)).error).toBeNull();
  await serf(theirs, 'keys', `-remove=${old}`);
  expect((await keyManager.list()).keys).toEqual({[next]: 2});
  expect(await serf(theirs, 'keys', '-list')).toContain(`\n${next}  [2/2]\n`);
}

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.shutdown();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

if (!existsSync(serfPath)) process.stderr.write("no serf here (Debian's package serf, which .ci/run installs): the tests in one pool with it are skipped\n");

describe.runIf(existsSync(serfPath)).each([{sealed: false, net: 51}, {sealed: true, net: 52}])("in a pool with Debian's serf, encrypted: $sealed", ({sealed, net}) => {
  const ours = `127.0.${net}.1`;
  const theirs = `127.0.${net}.2`;

  test('we join it; events and queries go both ways; our leave is a leave', {timeout: 60_000}, async () => {
    const {logged} = await startAgent(theirs, sealed);
    const {pool, seen} = await startPool(ours, sealed);
    expect(await pool.join([`${theirs}:7946`])).toBe(1);
    await serf(theirs, 'event', 'deploy', 'v1');
    await seen((event) => event.type === 'user' && event.name === 'deploy' && event.payload === 'v1');
    expect(await serf(theirs, 'query', 'load', 'now')).toContain("Response from 'own': answer to now");
    const {acks, answers} = await pool.query({name: 'uptime', payload: '', wantsAck: true});
    expect([...acks].sort()).toEqual(['debian', 'own']);
    expect(answers.get('debian')).toBe('three days\n');
    await pool.userEvent('news', 'good');
    await logged('Received event: user-event: news');
    if (sealed) await rotateKeys(theirs, pool);
    expect(await serf(theirs, 'query', 'load', 'again')).toContain("Response from 'own': answer to again");
    await pool.leave();
    expect(await serf(theirs, 'members')).toMatch(/own .*left/);
  });

  test('it joins us; its crash is seen as a failure', async () => {
    const {pool, seen} = await startPool(ours, sealed);
    const {agent} = await startAgent(theirs, sealed);
    await serf(theirs, 'join', `${ours}:7946`);
    await seen((event) => event.type === 'member-join' && event.members.some((m) => m.name === 'debian'));
    agent.kill('SIGKILL');
    await seen((event) => event.type === 'member-failed' && event.members.some((m) => m.name === 'debian'));
    expect(pool.members().find((m) => m.name === 'debian')?.status).toBe('failed');
  });

  test('its leave is a leave', async () => {
    const {pool, seen} = await startPool(ours, sealed);
    await startAgent(theirs, sealed);
    await pool.join([`${theirs}:7946`]);
    await serf(theirs, 'leave');
    await seen((event) => event.type === 'member-leave' && event.members.some((m) => m.name === 'debian'));
  });
});
