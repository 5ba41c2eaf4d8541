import {expect, it} from 'vitest';
import {allowAll, fixedResolver} from '../../src/acl/fixed-authorizers.ts';
import {kvEndpoints} from '../../src/kv/endpoint.ts';
import {kvsApply} from '../../src/kv/methods.ts';
import {DirEntry, KvsRequest} from '../../src/kv/schema.ts';
import {BlockingReader} from '../../src/rpc/blocking-reader.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {KeptAnswers} from '../../src/store/kept.ts';
import {loneLeaderRouter} from '../server/lone-leader-router.ts';
import {Registry} from '../server/registry.ts';

it('an operation that no server knows is refused before anything is written to the log', async () => {
  const clock = new SimulatedClock();
  const registry = new Registry();
  const resolver = fixedResolver(allowAll);
  const reader = new BlockingReader({store: registry.store, resolver, leadership: {knownLeader: true, lastContactNs: 0}, clock, random: seededRandom(1), defaultQueryTimeMs: 1, maxQueryTimeMs: 1});
  let written = 0;
  const proposer: typeof registry.propose = (type, codec, body) => (written++, registry.propose(type, codec, body));
  const router = loneLeaderRouter(clock);
  router.serve(kvEndpoints({reader, kept: new KeptAnswers(), proposer: {propose: proposer}, resolver, isLockDelayed: () => false}));
  const apply = (Op: string): Promise<boolean> => router.call(kvsApply, KvsRequest.make({Datacenter: 'dc1', Op, DirEnt: DirEntry.make({Key: 'a'})}));
  await expect(apply('zz')).rejects.toThrow(/^unknown KV operation: zz$/);
  await expect(apply('')).rejects.toThrow(/^unknown KV operation: $/);
  expect(written).toBe(0);
  // One that is known, but changes nothing, is refused where the log is applied (seen at 1.21.4).
  await expect(apply('get')).rejects.toThrow("raft apply failed: Invalid KVS operation 'get'");
});
