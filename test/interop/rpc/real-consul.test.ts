import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {IndexedNodes} from '../../../src/catalog/requests.ts';
import {kvsApply, kvsGet, kvsList} from '../../../src/kv/methods.ts';
import {KeyRequest, KvsRequest} from '../../../src/kv/schema.ts';
import {type Method} from '../../../src/rpc/method.ts';
import {DCSpecificRequest} from '../../../src/schema/rpc-common.ts';
import {str} from '../../../src/schema/types.ts';
import {inFolder} from '../../raft/driver/single-server.ts';
import {leaderOf, RaftServer} from '../../raft/net/raft-server.ts';
import {pool} from '../../rpc/net/served.ts';
import {peer, peerIsAtLeast} from '../peer.ts';
import {RealConsul} from './real-consul.ts';

const statusLeader: Method<DCSpecificRequest, string> = {name: 'Status.Leader', kind: 'local', request: DCSpecificRequest, response: str};
const listNodes: Method<DCSpecificRequest, IndexedNodes> = {name: 'Catalog.ListNodes', kind: 'read', request: DCSpecificRequest, response: IndexedNodes};
const soon = {timeoutMs: 10_000};

function kvSet(Key: string, Value: string): KvsRequest {
  const {DirEnt, ...rest} = KvsRequest.zero();
  return {...rest, Datacenter: 'dc1', Op: 'set', DirEnt: {...DirEnt, Key, Value}};
}

describe.runIf(peer !== undefined)('a real Consul', () => {
  test('answers our calls on 8300', () => inFolder(async (folder) => {
    const consul = await RealConsul.create(folder);
    await consul.start('member joined, marking health alive');
    try {
      const target = {address: consul.address, datacenter: 'dc1', name: 'real'};
      const client = pool();
      expect(await client.call(target, statusLeader, DCSpecificRequest.zero(), soon)).toBe(consul.address);
      // The log speaks of the node before it is registered: a blocking query waits for it.
      let nodes = IndexedNodes.zero();
      while (nodes.Nodes === null) {
        nodes = await client.call(target, listNodes, DCSpecificRequest.make({Datacenter: 'dc1', MinQueryIndex: nodes.Index}), soon);
      }
      expect(nodes.Nodes.map((node) => node.Node)).toEqual(['real']);
      await client.call(target, kvsApply, kvSet('large', 'v'.repeat(400_000)), soon);
      const lists = await Promise.all(Array.from({length: 20}, () => client.call(target, kvsList, KeyRequest.make({Datacenter: 'dc1'}), soon)));
      expect(lists.every(({Entries}) => Entries?.[0]?.Value.length === 400_000)).toBe(true);
      await expect(client.callRaw(target, 'No.Such', Buffer.from([0x80]), soon)).rejects.toThrow("rpc error making call: rpc: can't find service No.Such");
      await expect(client.call(target, kvsGet, KeyRequest.make({Datacenter: 'nodc', Key: 'x'}), soon)).rejects.toThrow('No path to datacenter');
      expect(client.connectionCount).toBe(1);
    } finally {
      await consul.stop();
    }
  }), 60_000);

  /*
   * Gossip has no part in this: the peer is written into the real server's configuration through its recovery file, so
   * that the real server sends it its snapshot, asks for its vote, and hands it the leadership. 1.15 is the first that
   * can be asked to.
   */
  test.runIf(peerIsAtLeast(15))('shares one Raft with us: it sends its snapshot and entries, and follows when we lead', () => inFolder(async (folder) => {
    const consul = await RealConsul.create(join(folder, 'real'));
    await consul.start('member joined, marking health alive');
    await consul.http('PUT', '/v1/kv/before', 'kept');
    await consul.stop();
    const ours = await RaftServer.start('1a2b3c4d-0000-4000-8000-000000000001', folder);
    try {
      await writeFile(join(consul.folder, 'data/raft/peers.json'), JSON.stringify([
        {id: consul.nodeId, address: consul.address, non_voter: false},
        {id: ours.id, address: ours.address, non_voter: false},
      ]));
      await consul.start('entering leader state');
      await consul.http('PUT', '/v1/kv/with-us', 'replicated');
      await ours.fsm.hasPart('with-us');
      expect(ours.node.leader?.address).toBe(consul.address);
      expect(ours.fsm.restores).toBe(1);
      expect(ours.node.configuration.servers.map(({id}) => id).sort()).toEqual([consul.nodeId, ours.id].sort());

      await consul.http('POST', '/v1/operator/raft/transfer-leader');
      expect(await leaderOf([ours])).toBe(ours);
      await ours.node.propose(KvsRequest.toMsgpack(kvSet('from-us', 'led'), {typeByte: 2}));
      await ours.node.verifyLeader();
      expect(await consul.http('GET', '/v1/status/leader')).toBe(JSON.stringify(ours.address));

      await ours.node.transferLeadership(consul.nodeId);
      await consul.logged('cluster leadership acquired');
      expect(await consul.http('GET', '/v1/kv/from-us?raw')).toBe('led');
      expect(await consul.http('GET', '/v1/kv/before?raw')).toBe('kept');
    } finally {
      await consul.stop();
      await ours.close();
    }
  }), 60_000);
});
