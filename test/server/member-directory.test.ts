import {expect, test} from 'vitest';
import {MemberDirectory} from '../../src/server/member-directory.ts';
import {ChangingPool, member} from './changing-pool.ts';

test('servers of this datacenter come from the LAN, those of others from the WAN', () => {
  const [lan, wan] = [new ChangingPool(), new ChangingPool()];
  const directory = new MemberDirectory('dc1', lan, wan);
  lan.become(member('a'), member('b', {address: '10.0.0.2'}), member('client', {role: 'node'}));
  wan.become(member('a.dc1'), member('x.dc2', {dc: 'dc2', address: '10.2.0.1'}));
  expect(directory.servers('dc1')?.map(({name}) => name)).toEqual(['a', 'b']);
  expect(directory.servers('dc2')).toEqual([{id: 'id-x.dc2', name: 'x', datacenter: 'dc2', address: '10.2.0.1:8300'}]);
  expect(directory.servers('dc3')).toBeUndefined();
});

test('a datacenter whose servers have failed is known and has none; one that they left is not known', () => {
  const [lan, wan] = [new ChangingPool(), new ChangingPool()];
  const directory = new MemberDirectory('dc1', lan, wan);
  wan.become(member('x.dc2', {dc: 'dc2', status: 'failed'}), member('y.dc3', {dc: 'dc3', status: 'left'}));
  expect(directory.servers('dc2')).toEqual([]);
  expect(directory.servers('dc3')).toBeUndefined();
});

test('the pools are read again only after they have changed', () => {
  const lan = new ChangingPool();
  const directory = new MemberDirectory('dc1', lan, undefined);
  lan.become(member('a'));
  expect([directory.addressOf('id-a'), directory.addressOf('id-b'), directory.addressOf('id-a')]).toEqual(['10.0.0.1:8300', undefined, '10.0.0.1:8300']);
  expect(lan.reads).toBe(1);
  let changes = 0;
  const stop = directory.onChange(() => changes++);
  lan.become(member('a', {address: '10.0.0.9'}));
  stop();
  lan.become(member('a', {address: '10.0.0.9'}));
  expect(changes).toBe(1);
  expect(directory.addressOf('id-a')).toBe('10.0.0.9:8300');
});

test('that a client came or went changes nothing', () => {
  const lan = new ChangingPool();
  const directory = new MemberDirectory('dc1', lan, undefined);
  directory.onChange(() => expect.unreachable('no server has changed'));
  lan.become(member('client', {role: 'node'}));
});
