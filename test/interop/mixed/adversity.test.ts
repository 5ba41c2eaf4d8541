import {existsSync} from 'node:fs';
import {readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {type AgentProcess, ours} from './agent-process.ts';
import {agentAt, testFolder, threeHosts, twoHosts} from './hosts.ts';
import {mayMount, SmallDisk} from './small-disk.ts';
import {snapshotRecords} from './snapshot-records.ts';
import {has} from './answers.ts';

const storyWithinMs = 120_000;
const quick = ['-hcl=performance { raft_multiplier = 1 rpc_hold_timeout = "100ms" }', '-hcl=autopilot { server_stabilization_time = "200ms" }'];

async function smallDisk(folder: string): Promise<SmallDisk> {
  const disk = await SmallDisk.mount(folder, 24);
  onTestFinished(() => disk.unmount());
  return disk;
}

/** Three servers in this network, which make a cluster together. @param launcher of the first */
async function cluster(network: string, folder: string, launcher?: readonly string[]): Promise<[AgentProcess, AgentProcess, AgentProcess]> {
  const servers = threeHosts(network, folder, launcher);
  await Promise.all(servers.map((server) => server.start(ours, ...optionsOf(servers))));
  await Promise.all(servers.map((server) => server.until('/v1/operator/raft/configuration', voters(3))));
  return servers;
}

function optionsOf(servers: readonly AgentProcess[]): readonly string[] {
  return ['-server', `-bootstrap-expect=${servers.length}`, ...quick, ...servers.map(({address}) => `-retry-join=${address}`)];
}

const voters = (count: number) => (body: string): boolean => body.includes('"Leader":true') && [...body.matchAll(/"Voter":true/g)].length === count;

/** All hold the same, once the last entries have reached them. */
async function demandEqualStates(servers: readonly AgentProcess[]): Promise<void> {
  const stateOf = async (server: AgentProcess) => snapshotRecords(await server.bytes('/v1/snapshot?stale'), {older: false});
  await expect.poll(async () => {
    const [first, ...others] = await Promise.all(servers.map(stateOf));
    return others.every((state) => state.join('\n') === first?.join('\n'));
  }, {timeout: 20_000}).toBe(true);
}

/** Writes large values until one is refused. @returns those that were not */
async function writeUntilRefused(server: AgentProcess): Promise<{readonly kept: readonly string[]; readonly why: string}> {
  const kept: string[] = [];
  for (let key = 0; ; key++) {
    const value = `${key} ${'x'.repeat(50_000)}`;
    try {
      await server.put(`/v1/kv/full/${key}`, value);
    } catch (error) {
      return {kept, why: String(error)};
    }
    kept.push(value);
  }
}

describe.runIf(mayMount())('a disk that is full', () => {
  const spareBytes = 500_000;

  test('ends the server, with the reason; nothing acknowledged is lost, and with room again it goes on', async () => {
    const folder = await testFolder();
    const disk = await smallDisk(join(folder, 'data'));
    const server = agentAt('127.25.1.1', folder, disk.launcher);
    const start = () => server.start(ours, '-server', '-bootstrap', ...quick);
    await start();
    await server.until('/v1/status/leader', has(':8300'));
    await disk.fill(spareBytes);
    const {kept, why} = await writeUntilRefused(server);
    expect(kept.length).toBeGreaterThan(0);
    expect(why).toMatch(/500 raft has stopped: the raft log cannot be written: .*No space left on device/);
    expect(await server.ended()).toBe(1);

    const told = server.log.length;
    await start();
    expect(await server.ended()).toBe(1);
    expect(server.log.slice(told)).toMatch(/no space left on device/i);

    await disk.makeRoom();
    await start();
    await server.until('/v1/status/leader', has(':8300'));
    for (const [key, value] of kept.entries()) expect(await server.get(`/v1/kv/full/${key}?raw`)).toBe(value);
    expect(await server.put('/v1/kv/more', 'yes')).toContain('true');
  }, storyWithinMs);

  test('of one server among three leaves the others a cluster; it catches up when there is room again', async () => {
    const folder = await testFolder();
    const disk = await smallDisk(join(folder, '1', 'data'));
    const servers = await cluster('127.25.2', folder, disk.launcher);
    const [full, other] = servers;
    await disk.fill(spareBytes);
    const kept: string[] = [];
    for (let key = 0; full.isRunning; key++) {
      const path = `/v1/kv/full/${key}`;
      await other.put(path, 'x'.repeat(50_000)).then(() => kept.push(path), () => undefined);
    }
    expect(await full.ended()).toBe(1);
    expect(full.log).toMatch(/the raft log cannot be written: .*No space left on device/);
    await other.until('/v1/status/leader', (body) => body.includes(':8300') && !body.includes(full.address));
    expect(await other.put('/v1/kv/last', 'written by two')).toContain('true');
    await disk.makeRoom();
    await full.start(ours, ...optionsOf(servers));
    await full.until('/v1/kv/last?raw&stale', has('written by two'));
    for (const path of kept) expect(await full.get(`${path}?raw&stale`)).toHaveLength(50_000);
    await demandEqualStates(servers);
  }, storyWithinMs);
});

test('a log that is damaged keeps the server from starting, which says where; mended it has all it had', async () => {
  const folder = await testFolder();
  const server = agentAt('127.25.6.1', folder);
  const start = () => server.start(ours, '-server', '-bootstrap', ...quick);
  await start();
  await server.until('/v1/status/leader', has(':8300'));
  for (let key = 0; key < 20; key++) await server.put(`/v1/kv/kept/${key}`, String(key));
  await server.kill();
  const log = join(folder, 'data/raft/log');
  const path = join(log, (await readdir(log)).find((name) => name.endsWith('.log')) ?? '');
  const whole = await readFile(path);
  const damaged = Buffer.from(whole);
  damaged.writeUInt8(damaged.readUInt8(damaged.length >> 1) ^ 1, damaged.length >> 1);
  await writeFile(path, damaged);
  const told = server.log.length;
  await start();
  expect(await server.ended()).toBe(1);
  expect(server.log.slice(told)).toMatch(/the raft log in .* is damaged: .* has a record at byte \d+ whose checksum is wrong/);
  await writeFile(path, whole);
  await start();
  await server.until('/v1/status/leader', has(':8300'));
  for (let key = 0; key < 20; key++) expect(await server.get(`/v1/kv/kept/${key}?raw`)).toBe(String(key));
}, storyWithinMs);

describe('a server that does not belong here', () => {
  /** It is started beside a cluster of one that goes on as if nothing were. @returns what it says of itself */
  async function intruder(network: string, ...options: readonly string[]): Promise<AgentProcess> {
    const folder = await testFolder();
    const [server, other] = twoHosts(network, folder);
    await server.start(ours, '-server', '-bootstrap', '-node-id=11111111-2222-3333-4444-555555555555', ...quick);
    await server.until('/v1/status/leader', has(':8300'));
    await other.start(ours, '-server', `-retry-join=${server.address}`, ...quick, ...options);
    await expect.poll(() => other.log, {timeout: 20_000}).toContain('Member \'host1\'');
    expect(await server.put('/v1/kv/undisturbed', 'yes')).toContain('true');
    const members = JSON.parse(await server.get('/v1/agent/members')) as readonly {readonly Name: string}[];
    expect(members.map(({Name}) => Name)).toEqual(['host1']);
    expect(await server.get('/v1/operator/raft/configuration')).toSatisfy(voters(1));
    expect(await other.get('/v1/status/leader')).toMatch(/^""\s*$/);
    return other;
  }

  test('as its id is another’s is kept out, and told why', async () => {
    const {log} = await intruder('127.25.3', '-node-id=11111111-2222-3333-4444-555555555555');
    expect(log).toContain("Member 'host1' has conflicting node ID '11111111-2222-3333-4444-555555555555' with this agent's ID");
  }, storyWithinMs);

  test('as it is of another datacenter is kept out, and told why', async () => {
    const {log} = await intruder('127.25.4', '-datacenter=dc2');
    expect(log).toContain("Member 'host1' part of wrong datacenter 'dc1'");
  }, storyWithinMs);
});

test('a cluster of three that lost two for good goes on by peers.json with all it had, and grows again', async () => {
  const folder = await testFolder();
  const servers = await cluster('127.25.5', folder);
  const [last, ...lost] = servers;
  for (let key = 0; key < 50; key++) await last.put(`/v1/kv/kept/${key}`, String(key));
  const nodeId = (await readFile(join(last.folder, 'data/node-id'), 'utf8')).trim();
  for (const server of lost) {
    await server.kill();
    await rm(server.folder, {recursive: true});
  }
  await expect(last.put('/v1/kv/alone', 'no')).rejects.toThrow(/: 500 /);
  await last.kill();

  const peersFile = join(last.folder, 'data/raft/peers.json');
  expect(await readFile(join(last.folder, 'data/raft/peers.info'), 'utf8')).toContain('"non_voter": false');
  const start = () => last.start(ours, ...optionsOf(servers));
  // What servers older than Raft protocol 3 took: 1.21.4 refuses it too.
  await writeFile(peersFile, JSON.stringify([`${last.address}:8300`]));
  await start();
  expect(await last.ended()).toBe(1);
  expect(last.log).toContain('recovery failed to parse peers.json: json: cannot unmarshal string into Go value of type raft.configEntry');
  expect(existsSync(peersFile)).toBe(true);

  await writeFile(peersFile, JSON.stringify([{id: nodeId, address: `${last.address}:8300`, non_voter: false}]));
  await start();
  await last.until('/v1/operator/raft/configuration', voters(1));
  for (let key = 0; key < 50; key++) expect(await last.get(`/v1/kv/kept/${key}?raw`)).toBe(String(key));
  expect(await last.put('/v1/kv/alone', 'yes')).toContain('true');
  expect(existsSync(peersFile)).toBe(false);

  const all = [last, ...lost.map(({address}, i) => agentAt(address, join(folder, `new-${i}`)))];
  await Promise.all(all.slice(1).map((server) => server.start(ours, ...optionsOf(servers))));
  await last.until('/v1/operator/raft/configuration', voters(3));
  for (const server of all) await server.until('/v1/kv/alone?raw&stale', has('yes'));
  await demandEqualStates(all);
}, storyWithinMs);
