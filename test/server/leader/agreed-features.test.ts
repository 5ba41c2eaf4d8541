import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {NodeService, RegisterRequest} from '../../../src/catalog/schema.ts';
import {ConnectProxyConfig} from '../../../src/catalog/proxy-schema.ts';
import {ServiceResolverConfigEntry} from '../../../src/config-entry/entries/routing.ts';
import {ServiceConfigEntry} from '../../../src/config-entry/entries/service-defaults.ts';
import {ConfigEntryRequest} from '../../../src/config-entry/schema.ts';
import {systemMetadata} from '../../../src/config-entry/system-metadata.ts';
import {virtualIpOf} from '../../../src/config-entry/virtual-ips.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {FeatureProposer} from '../../../src/server/feature-proposer.ts';
import {AgreedFeatures} from '../../../src/server/leader/agreed-features.ts';
import {type Member} from '../../../src/server/membership.ts';
import {TxnOp, TxnRequest, TxnServiceOp} from '../../../src/txn/schema.ts';
import {ChangingPool, member} from '../changing-pool.ts';
import {Replica} from '../replica.ts';

class Pool {
  readonly clock = new SimulatedClock();
  readonly members = new ChangingPool();
  readonly replica = new Replica();
  readonly features = new AgreedFeatures({datacenter: 'dc1', membership: this.members, store: this.replica.store, proposer: this.replica, clock: this.clock, logger: silentLogger});
  readonly proposer = new FeatureProposer(this.replica, this.features);

  agreed(): readonly string[] {
    return ['virtual-ips', 'virtual-ips-term-gateway'].filter((key) => systemMetadata(this.replica.store.view(), key) === 'true');
  }

  async after(ms: number): Promise<readonly string[]> {
    this.clock.advance(ms);
    for (let i = 0; i < 10; i++) await turn();
    return this.agreed();
  }

  async register(service: NodeService): Promise<void> {
    await this.proposer.propose(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1', Service: service}));
  }

  async configure(entry: Pick<ConfigEntryRequest, 'Kind' | 'Entry'>): Promise<void> {
    await this.proposer.propose(22, ConfigEntryRequest, {...entry, Op: 'upsert', Datacenter: 'dc1', Token: ''});
  }

  addressOf(service: string): string | undefined {
    return virtualIpOf(this.replica.store.view(), service);
  }
}

const plain = NodeService.make({ID: 'web', Service: 'web', Port: 1});
const proxy = NodeService.make({Kind: 'connect-proxy', ID: 'web-proxy', Service: 'web-proxy', Port: 2, Proxy: {...ConnectProxyConfig.zero(), DestinationServiceName: 'web'}});

function server(name: string, version: string, set: Partial<Member> = {}): Member {
  const made = member(name);
  return {...made, tags: {...made.tags, build: `${version}:abc`}, ...set};
}

test('servers that all know a feature agree on it before the first thing that has use for it, and no sooner', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'), server('b', '1.11.2'));
  pool.features.gained();
  await pool.register(plain);
  await pool.configure({Kind: 'service-defaults', Entry: ServiceConfigEntry.make({Name: 'web', Protocol: 'http'})});
  expect(await pool.after(600_000)).toEqual([]);
  expect(pool.replica.index).toBe(2);
  await pool.register(proxy);
  expect(pool.agreed()).toEqual(['virtual-ips', 'virtual-ips-term-gateway']);
  expect(pool.addressOf('web')).toBe('240.0.0.1');
  await pool.register(proxy);
  expect(pool.replica.index).toBe(6);
});

test('a way into the mesh within a transaction is such a thing', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'));
  pool.features.gained();
  await pool.register(plain);
  const operation = (Service: NodeService) => TxnRequest.make({Ops: [TxnOp.make({Service: TxnServiceOp.make({Verb: 'set', Node: 'n', Service})})]});
  await pool.proposer.propose(8, TxnRequest, operation(plain));
  expect(pool.agreed()).toEqual([]);
  await pool.proposer.propose(8, TxnRequest, operation(proxy));
  expect(pool.addressOf('web')).toBe('240.0.0.1');
});

test('so is a configuration entry that only the mesh reads', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'));
  pool.features.gained();
  await pool.configure({Kind: 'service-resolver', Entry: ServiceResolverConfigEntry.make({Name: 'web'})});
  expect(pool.addressOf('web')).toBe('240.0.0.1');
});

test('many such things at once bring one agreement', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'));
  pool.features.gained();
  await Promise.all([pool.features.agree(), pool.features.agree(), pool.features.agree()]);
  expect(pool.agreed()).toHaveLength(2);
  expect(pool.replica.index).toBe(2);
});

test('as long as an old server is there nothing is agreed; when it is newer or has left, it is, if there is use for it', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'), server('b', '1.8.7'));
  pool.features.gained();
  await pool.register(proxy);
  expect(await pool.after(0)).toEqual([]);
  expect(pool.addressOf('web')).toBeUndefined();
  pool.members.become(server('a', '1.21.4'), server('b', '1.11.1'));
  expect(await pool.after(60_000)).toEqual(['virtual-ips']);
  pool.members.become(server('a', '1.21.4'), server('b', '1.11.1', {status: 'left'}));
  expect(await pool.after(60_000)).toEqual(['virtual-ips', 'virtual-ips-term-gateway']);
  expect(await pool.after(600_000)).toHaveLength(2);
  expect(pool.replica.index).toBe(3);
});

test('a failed agent may come back as old as it was; other programs and other datacenters are not asked', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.21.4'), server('b', '1.8.7', {status: 'failed'}));
  pool.features.gained();
  await pool.register(proxy);
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
  await pool.register(proxy);
  expect(await pool.after(60_000)).toEqual([]);
  pool.members.become(server('a', '1.21.4'));
  expect(await pool.after(60_000)).toHaveLength(2);
});

test('a restored state that has use for a feature without the agreement brings it', async () => {
  const [old, pool] = [new Pool(), new Pool()];
  old.members.become(server('a', '1.8.7'));
  await old.register(proxy);
  pool.members.become(server('a', '1.21.4'));
  pool.features.gained();
  expect(await pool.after(0)).toEqual([]);
  await pool.replica.restore(await old.replica.snapshot());
  pool.features.replaced();
  expect(await pool.after(0)).toHaveLength(2);
});

test('whoever does not lead any more writes nothing', async () => {
  const pool = new Pool();
  pool.members.become(server('a', '1.8.7'));
  pool.features.gained();
  await pool.register(proxy);
  pool.features.lost();
  pool.members.become(server('a', '1.21.4'));
  expect(await pool.after(600_000)).toEqual([]);
});
