import {describe, expect, test} from 'vitest';
import {type KnownServer} from '../../src/rpc/server-directory.ts';
import {ServerList} from '../../src/rpc/server-list.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

function server(id: string): KnownServer {
  return {id, name: id, datacenter: 'dc1', address: `127.0.0.1:${id.charCodeAt(0)}`};
}

function list(ping: (server: KnownServer) => boolean = () => true, nodeCount = 3): {servers: ServerList; clock: SimulatedClock; pinged: string[]} {
  const clock = new SimulatedClock();
  const pinged: string[] = [];
  const servers = new ServerList({
    clock, random: seededRandom(7), logger: silentLogger, nodeCount: () => nodeCount,
    ping: (candidate) => {
      pinged.push(candidate.id);
      return Promise.resolve(ping(candidate));
    },
  });
  for (const id of ['a', 'b', 'c']) servers.add(server(id));
  return {servers, clock, pinged};
}

const ids = (servers: ServerList): string[] => servers.servers.map(({id}) => id);

describe('the list of servers', () => {
  test('keeps using one until it fails, which then comes last', () => {
    const {servers} = list();
    const [first, second, third] = servers.servers;
    if (first === undefined || second === undefined) throw new Error('there are three');
    servers.failed(first);
    expect(servers.servers).toEqual([second, third, first]);
    servers.failed(first);
    expect(servers.current).toBe(second);
  });

  test('knows a server once, at its latest address', () => {
    const {servers} = list();
    servers.add({...server('a'), address: '127.0.0.9:1'});
    expect(ids(servers).sort()).toEqual(['a', 'b', 'c']);
    expect(servers.servers.find(({id}) => id === 'a')?.address).toBe('127.0.0.9:1');
    servers.remove('a');
    servers.remove('b');
    servers.remove('c');
    expect(servers.current).toBeUndefined();
  });

  test('new servers take random places', () => {
    const {servers} = list();
    for (let at = 0; at < 20; at++) servers.add(server(String.fromCharCode(100 + at)));
    expect(servers.servers.findIndex(({id}) => id === String.fromCharCode(119))).toBeLessThan(22);
    expect(servers.size).toBe(23);
  });

  test('is shuffled until a server answers a ping, and stays as it is when none does', async () => {
    const {servers, pinged} = list(({id}) => id === 'b');
    await servers.rebalance();
    expect(servers.current?.id).toBe('b');
    expect(pinged.at(-1)).toBe('b');
    const silent = list(() => false);
    const before = ids(silent.servers);
    await silent.servers.rebalance();
    expect(ids(silent.servers)).toEqual(before);
  });

  test('what joined or left during the pings is kept', async () => {
    const {servers} = list(({id}) => {
      servers.remove('a');
      servers.add(server('d'));
      return id !== 'a';
    });
    await servers.rebalance();
    expect(ids(servers).sort()).toEqual(['b', 'c', 'd']);
  });

  test('is looked at every two to three minutes, in large pools less often', () => {
    const {servers, clock, pinged} = list();
    servers.start();
    clock.advance(119_999);
    expect(pinged).toHaveLength(0);
    clock.advance(60_001);
    expect(pinged.length).toBeGreaterThan(0);
    servers.stop();
    expect(clock.pendingCount).toBe(0);
    const large = list(() => true, 100_000);
    large.servers.start();
    clock.advance(180_000);
    large.clock.advance((100_000 / 3) * 15.625 - 1);
    expect(large.pinged).toHaveLength(0);
  });
});
