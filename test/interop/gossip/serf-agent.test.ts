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
const children: ChildProcess[] = [];
const pools: Serf[] = [];

/** Debian's serf on an address of its own; resolves when it runs. */
async function startAgent(address: string, sealed: boolean): Promise<ChildProcess> {
  const child = spawn(serfPath, ['agent', '-node=debian', `-bind=${address}:7946`, `-rpc-addr=${address}:7373`, '-tag', 'role=web',
    ...(sealed ? [`-encrypt=${key.toString('base64')}`] : [])], {stdio: ['ignore', 'pipe', 'inherit']});
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('EventMemberJoin: debian')) resolve();
    });
    child.once('exit', () => reject(new Error(`serf ended: ${text}`)));
  });
  return child;
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

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.shutdown();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

describe.runIf(existsSync(serfPath)).each([{sealed: false, net: 51}, {sealed: true, net: 52}])("in a pool with Debian's serf, encrypted: $sealed", ({sealed, net}) => {
  const ours = `127.0.${net}.1`;
  const theirs = `127.0.${net}.2`;

  test('we join it; events and queries go both ways; our leave is a leave', async () => {
    await startAgent(theirs, sealed);
    const {pool, seen} = await startPool(ours, sealed);
    expect(await pool.join([`${theirs}:7946`])).toBe(1);
    await serf(theirs, 'event', 'deploy', 'v1');
    await seen((event) => event.type === 'user' && event.name === 'deploy' && event.payload === 'v1');
    expect(await serf(theirs, 'query', 'load', 'now')).toContain("Response from 'own': answer to now");
    const {acks} = await pool.query({name: 'load', payload: '', wantsAck: true});
    expect([...acks].sort()).toEqual(['debian', 'own']);
    if (sealed) expect((await pool.keyManager.list()).keys).toEqual({[key.toString('base64')]: 2});
    await pool.leave();
    expect(await serf(theirs, 'members')).toMatch(/own .*left/);
  });

  test('it joins us; its crash is seen as a failure', async () => {
    const {pool, seen} = await startPool(ours, sealed);
    const agent = await startAgent(theirs, sealed);
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
