import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {systemMetadata} from '../../../src/config-entry/system-metadata.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {AgreedFeatures} from '../../../src/server/leader/agreed-features.ts';
import {type Member} from '../../../src/server/membership.ts';
import {ChangingPool, member} from '../changing-pool.ts';
import {Replica} from '../replica.ts';

class Pool {
  readonly clock = new SimulatedClock();
  readonly members = new ChangingPool();
  readonly replica = new Replica();
  readonly features = new AgreedFeatures({datacenter: 'dc1', membership: this.members, store: this.replica.store, proposer: this.replica, clock: this.clock, logger: silentLogger});

  agreed(): readonly string[] {
    return ['virtual-ips', 'virtual-ips-term-gateway'].filter((key) => systemMetadata(this.replica.store.view(), key) === 'true');
  }

  async after(ms: number): Promise<readonly string[]> {
    this.clock.advance(ms);
    for (let i = 0; i < 10; i++) await turn();
    return this.agreed();
  }
}

function server(name: string, version: string, set: Partial<Member> = {}): Member {
  const made = member(name);
  return {...made, tags: {...made.tags, build: `${version}:abc`}, ...set};
}

test('what all servers know is written down at once', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'), server('b', '1.11.2'));
  pool.features.gained();
  expect(await pool.after(0)).toEqual(['virtual-ips', 'virtual-ips-term-gateway']);
  expect(pool.replica.index).toBe(2);
});

test('as long as an old server is there nothing is agreed; when it is newer or has left, it is', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'), server('b', '1.8.7'));
  pool.features.gained();
  expect(await pool.after(0)).toEqual([]);
  pool.members.become(server('a', '1.21.4'), server('b', '1.11.1'));
  expect(await pool.after(60_000)).toEqual(['virtual-ips']);
  pool.members.become(server('a', '1.21.4'), server('b', '1.11.1', {status: 'left'}));
  expect(await pool.after(60_000)).toEqual(['virtual-ips', 'virtual-ips-term-gateway']);
  expect(await pool.after(600_000)).toHaveLength(2);
  expect(pool.replica.index).toBe(2);
});

test('a failed agent may come back as old as it was; other programs and other datacenters are not asked', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'), server('b', '1.8.7', {status: 'failed'}));
  pool.features.gained();
  expect(await pool.after(0)).toEqual([]);
  const other = server('c', '1.8.7');
  pool.members.become(server('a', '1.21.4'), {...other, tags: {...other.tags, role: 'db'}}, {...other, tags: {...other.tags, dc: 'dc2'}});
  expect(await pool.after(60_000)).toHaveLength(2);
});

test('an old client agent is waited for too: its datacenter is on the way between versions', async () => {
  const pool = new Pool();
  const old = server('c', '1.8.7');
  pool.members.become(server('a', '1.21.4'), {...old, tags: {...old.tags, role: 'node'}});
  pool.features.gained();
  expect(await pool.after(60_000)).toEqual([]);
  pool.members.become(server('a', '1.21.4'));
  expect(await pool.after(60_000)).toHaveLength(2);
});

test('whoever does not lead any more writes nothing', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.8.7'));
  pool.features.gained();
  pool.features.lost();
  pool.members.become(server('a', '1.21.4'));
  expect(await pool.after(600_000)).toEqual([]);
});
