import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {type Configuration, suffrage} from '../../src/raft/configuration.ts';
import {type Logger, silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {BootstrapExpect} from '../../src/server/bootstrap-expect.ts';
import {type Member} from '../../src/server/membership.ts';
import {ChangingPool, member} from './changing-pool.ts';

function server(name: string, tags: Readonly<Record<string, string>> = {}, set: Partial<Member> = {}): Member {
  const made = member(name, {address: `10.0.0.${name}`});
  return {...made, tags: {...made.tags, expect: '3', ...tags}, ...set};
}

/** Server 1, which expects three, and what the others say of the peers they know. */
class Newcomer {
  readonly clock = new SimulatedClock();
  readonly pool = new ChangingPool();
  readonly raft = {
    lastIndex: 0,
    configurationIndex: 0,
    bootstrap: (configuration: Configuration): Promise<void> => {
      this.made.push(configuration);
      return Promise.resolve();
    },
  };
  readonly made: Configuration[] = [];
  readonly errors: string[] = [];
  /** Peers that each server knows; an Error: it cannot be asked. */
  readonly peers = new Map<string, readonly string[] | Error>();
  readonly asked: string[] = [];
  readonly bootstrap: BootstrapExpect;

  constructor(...members: Member[]) {
    this.pool.become(...members);
    const logger: Logger = {...silentLogger, error: (message) => void this.errors.push(message)};
    this.bootstrap = new BootstrapExpect({
      datacenter: 'dc1',
      ownId: 'id-1',
      expect: 3,
      membership: this.pool,
      raft: this.raft,
      peersOf: ({id}) => {
        this.asked.push(id);
        const peers = this.peers.get(id) ?? [];
        return peers instanceof Error ? Promise.reject(peers) : Promise.resolve(peers);
      },
      clock: this.clock,
      logger,
    });
    this.bootstrap.start();
  }

  async settled(ms = 0): Promise<readonly Configuration[]> {
    for (let i = 0; i < 6; i++) await turn();
    for (let left = ms; left > 0; left -= 1000) {
      this.clock.advance(1000);
      for (let i = 0; i < 3; i++) await turn();
    }
    return this.made;
  }
}

const voters = ['1', '2', '3'].map((name) => ({id: `id-${name}`, address: `10.0.0.${name}:8300`, suffrage: suffrage.voter}));

describe('a server that expects others', () => {
  it('waits until they are all there, then makes the cluster of them, once', async () => {
    const newcomer = new Newcomer(server('1'), server('2'));
    expect(await newcomer.settled()).toEqual([]);
    newcomer.pool.become(server('1'), server('2'), server('3'));
    expect(await newcomer.settled()).toEqual([{servers: voters}]);
    newcomer.pool.become(server('1'), server('2'), server('3'), server('4'));
    expect(await newcomer.settled()).toHaveLength(1);
    expect(newcomer.asked).toEqual(['id-2', 'id-3']);
  });

  it('takes no part where a cluster exists already: its leader adds it', async () => {
    const newcomer = new Newcomer(server('1'), server('2'));
    newcomer.peers.set('id-3', ['10.0.0.3:8300']);
    newcomer.pool.become(server('1'), server('2'), server('3'));
    expect(await newcomer.settled()).toEqual([]);
    newcomer.peers.clear();
    newcomer.pool.become(server('1'), server('2'), server('3'), server('4'));
    expect(await newcomer.settled()).toEqual([]);
  });

  it('asks again a server that does not answer, and makes no cluster without its word', async () => {
    const newcomer = new Newcomer(server('1'), server('2'), server('3'));
    newcomer.peers.set('id-3', new Error('connection refused'));
    expect(await newcomer.settled(5000)).toEqual([]);
    newcomer.peers.delete('id-3');
    expect(await newcomer.settled(5000)).toEqual([{servers: voters}]);
  });

  it('gives up for now on one that never answers, and looks again when the pool changes', async () => {
    const newcomer = new Newcomer(server('1'), server('2'), server('3'));
    newcomer.peers.set('id-3', new Error('connection refused'));
    expect(await newcomer.settled(120_000)).toEqual([]);
    expect(newcomer.errors.at(-1)).toBe('Failed to bootstrap cluster');
    newcomer.peers.delete('id-3');
    newcomer.pool.become(server('1'), server('2'), server('3'));
    expect(await newcomer.settled()).toHaveLength(1);
  });

  it('asks nobody any more once it was stopped', async () => {
    const newcomer = new Newcomer(server('1'), server('2'), server('3'));
    newcomer.peers.set('id-3', new Error('connection refused'));
    await newcomer.settled(2000);
    newcomer.bootstrap.stop();
    const {length: complaints} = newcomer.errors;
    newcomer.peers.delete('id-3');
    expect(await newcomer.settled(120_000)).toEqual([]);
    expect(newcomer.clock.pendingCount).toBe(0);
    expect(newcomer.errors).toHaveLength(complaints);
  });

  it('tries again, when the pool changes, what could not be written', async () => {
    const newcomer = new Newcomer(server('1'), server('2'));
    const {bootstrap} = newcomer.raft;
    newcomer.raft.bootstrap = () => Promise.reject(new Error('disk full'));
    newcomer.pool.become(server('1'), server('2'), server('3'));
    await newcomer.settled();
    expect(newcomer.errors).toEqual(['Failed to bootstrap cluster']);
    newcomer.raft.bootstrap = bootstrap;
    newcomer.pool.become(server('1'), server('2'), server('3'));
    expect(await newcomer.settled()).toHaveLength(1);
  });

  it.each([
    ['expects another number', {expect: '5'}, 'Member has a conflicting expect value. All nodes should expect the same number.'],
    ['bootstraps by itself', {bootstrap: '1', expect: '0'}, 'Member has bootstrap mode. Expect disabled.'],
  ])('makes none with a server that %s, and says why', async (_, tags, why) => {
    const newcomer = new Newcomer(server('1'), server('2'), server('3', tags));
    expect(await newcomer.settled()).toEqual([]);
    expect(newcomer.errors).toEqual([why]);
    newcomer.pool.become(server('1'), server('2'), server('3'));
    expect(await newcomer.settled()).toHaveLength(1);
  });

  it('counts neither servers that are gone, nor those of other datacenters, nor clients', async () => {
    const newcomer = new Newcomer(server('1'), server('2'), server('3', {}, {status: 'failed'}), server('4', {dc: 'dc2'}), server('5', {role: 'node'}));
    expect(await newcomer.settled()).toEqual([]);
  });

  it('takes servers along that expect nothing, and gives read replicas no vote', async () => {
    const newcomer = new Newcomer(server('1'), server('2'), server('3', {read_replica: '1'}));
    expect(await newcomer.settled()).toEqual([]);
    newcomer.pool.become(server('1'), server('2'), server('3', {read_replica: '1'}), server('4', {expect: '0'}));
    const [made] = await newcomer.settled();
    expect(made?.servers.map(({id, suffrage: vote}) => [id, vote])).toEqual([['id-1', suffrage.voter], ['id-2', suffrage.voter], ['id-3', suffrage.nonvoter], ['id-4', suffrage.voter]]);
  });

  it('does nothing of the kind with a log of its own', async () => {
    const newcomer = new Newcomer(server('1'), server('2'));
    newcomer.raft.lastIndex = 7;
    newcomer.pool.become(server('1'), server('2'), server('3'));
    expect(await newcomer.settled()).toEqual([]);
  });
});
