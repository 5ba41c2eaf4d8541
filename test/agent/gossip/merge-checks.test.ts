import {expect, test} from 'vitest';
import {lanMergeProblem, wanMergeProblem} from '../../../src/agent/gossip/merge-checks.ts';
import {addressBytes} from '../../../src/gossip/endpoint.ts';
import {type Candidate} from '../../../src/gossip/serf/serf-config.ts';

const own = {nodeId: 'aaaaaaaa-0000-0000-0000-000000000001', nodeName: 'n1', datacenter: 'dc1'};
const endpoint = {addr: addressBytes('127.0.0.1') ?? '', port: 8301};

function client(name: string, tags: Readonly<Record<string, string>> = {}, status: Candidate['status'] = 'alive'): Candidate {
  return {name, endpoint, status, tags: {role: 'node', dc: 'dc1', id: `id-of-${name}`, vsn: '2', ...tags}};
}

function server(name: string, tags: Readonly<Record<string, string>> = {}): Candidate {
  return client(name, {role: 'consul', port: '8300', build: '1.21.4:', raft_vsn: '3', ...tags});
}

test('agents of the datacenter, and members of other programs, may be in the LAN pool', () => {
  expect(lanMergeProblem(own, [client('n1', {id: own.nodeId}), client('n2'), server('s1'), {name: 'plain-serf', endpoint, status: 'alive', tags: {}}])).toBeNull();
});

test.each([
  ['another datacenter', [client('n2', {dc: 'dc2'})], "Member 'n2' part of wrong datacenter 'dc2'"],
  ['another datacenter, a server', [server('s2', {dc: 'dc2'})], "Member 's2' part of wrong datacenter 'dc2'"],
  ['our id under another name', [client('n2', {id: own.nodeId.toUpperCase()})], `Member 'n2' has conflicting node ID '${own.nodeId}' with this agent's ID`],
  ['one id twice', [client('n2', {id: 'x'}), client('n3', {id: 'x'})], "Member 'n3' has conflicting node ID 'x' with member 'n2'"],
  ['a partition', [client('n2', {ap: 'p1'})], "Member 'n2' part of partition 'p1'; Partitions are a Consul Enterprise feature"],
  ['a segment', [client('n2', {segment: 'alpha'})], "Member 'n2' part of segment 'alpha'; Network Segments are a Consul Enterprise feature"],
])('the LAN pool refuses %s', (_, candidates, problem) => {
  expect(lanMergeProblem(own, candidates)).toBe(problem);
});

test('who has left does not stand in the way', () => {
  expect(lanMergeProblem(own, [client('n2', {id: own.nodeId}, 'left')])).toBeNull();
  expect(wanMergeProblem([client('n2', {}, 'left')])).toBeNull();
});

test('only servers may be in the WAN pool, of any datacenter', () => {
  expect(wanMergeProblem([server('s1.dc1'), server('s2.dc2', {dc: 'dc2'})])).toBeNull();
  expect(wanMergeProblem([server('s1.dc1'), client('n2')])).toBe("Member 'n2' is not a server");
});
