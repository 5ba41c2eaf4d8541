import {beforeEach, describe, expect, it} from 'vitest';
import {nodeByName} from '../../src/catalog/node-commands.ts';
import {RegisterRequest} from '../../src/catalog/schema.ts';
import {type Proposer} from '../../src/fsm/proposer.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {memberCatalog} from '../../src/server/leader/member-catalog.ts';
import {MemberReconciler} from '../../src/server/leader/member-reconciler.ts';
import {ChangingPool, member} from './changing-pool.ts';
import {Registry} from './registry.ts';

const clock = new SimulatedClock();
let pool: ChangingPool;
let registry: Registry;
let reconciler: MemberReconciler;

/** The servers of Raft are no matter of these tests. */
const servers = {joined: () => Promise.resolve(), gone: () => Promise.resolve()};

const isKnown = (name: string): boolean => nodeByName(registry.store.view(), name) !== undefined;

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await reconciler.settled();
}

/** What an agent writes of its node, on its way into the log: it is there before the next barrier. */
let underWay: (() => Promise<unknown>)[] = [];

async function barrier(): Promise<void> {
  for (const write of underWay.splice(0)) await write();
}

/** The agent's own registration, with what only it knows of its node. */
const registersItself = (Node: string, Address: string) => (): Promise<unknown> =>
  registry.propose(0, RegisterRequest, RegisterRequest.make({ID: `id-${Node}`, Node, Address, NodeMeta: new Map([['rack', 'r1']]), TaggedAddresses: new Map([['lan', Address]])}));

const rackOf = (name: string): string | undefined => nodeByName(registry.store.view(), name)?.Meta?.get('rack');

beforeEach(async () => {
  underWay = [];
  pool = new ChangingPool();
  registry = new Registry();
  // What is under way is ahead of what is proposed later.
  const proposer: Proposer = {propose: async (type, codec, body) => (await barrier(), registry.propose(type, codec, body))};
  reconciler = new MemberReconciler({
    datacenter: 'dc1', membership: pool, catalog: memberCatalog(registry.store), proposer, servers, barrier, clock, logger: silentLogger,
  });
  pool.become(member('leader'), member('web', {role: 'node', address: '10.0.0.2'}));
  reconciler.gained();
  await reconciler.settled();
});

describe('the leader keeps the catalog in line with the pool', () => {
  it('by writing every alive member when it gains leadership', () => {
    expect(['leader', 'web', 'other'].filter(isKnown)).toEqual(['leader', 'web']);
  });

  it('by taking out a member that left', async () => {
    pool.leave('web');
    await reconciler.settled();
    expect(isKnown('web')).toBe(false);
  });

  it('by taking it out again when its agent wrote on after it left', async () => {
    pool.leave('web');
    await reconciler.settled();
    await registry.node('web');
    await pass(10_000);
    expect(isKnown('web')).toBe(false);
    expect(isKnown('leader')).toBe(true);
  });

  it('by taking out nodes of agents that no member stands behind, each minute', async () => {
    await registry.node('ghost');
    await pass(60_000);
    expect(isKnown('ghost')).toBe(false);
  });

  it('but leaves nodes alone that no agent stands behind', async () => {
    await registry.propose(0, RegisterRequest, RegisterRequest.make({Node: 'external', Address: '10.0.0.9'}));
    await pass(60_000);
    expect(isKnown('external')).toBe(true);
  });

  it('and overwrites nothing of what the agent of a new member writes at the same time', async () => {
    underWay = [registersItself('new', '10.0.0.3')];
    pool.become(member('leader'), member('new', {role: 'node', address: '10.0.0.3'}));
    await reconciler.settled();
    expect(rackOf('new')).toBe('r1');
  });

  it('nor of what one writes that has come back with another address', async () => {
    underWay = [registersItself('web', '10.0.0.4')];
    pool.become(member('leader'), member('web', {role: 'node', address: '10.0.0.4'}));
    await reconciler.settled();
    expect(rackOf('web')).toBe('r1');
    expect(nodeByName(registry.store.view(), 'web')?.Address).toBe('10.0.0.4');
  });

  it('and gives a node its new address when the agent has not written it', async () => {
    pool.become(member('leader'), member('web', {role: 'node', address: '10.0.0.4'}));
    await reconciler.settled();
    expect(nodeByName(registry.store.view(), 'web')?.Address).toBe('10.0.0.4');
  });

  it('and writes nothing more once leadership is lost', async () => {
    reconciler.lost();
    pool.leave('web');
    await pass(60_000);
    expect(isKnown('web')).toBe(true);
  });
});
