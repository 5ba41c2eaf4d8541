import {expect, test} from 'vitest';
import {MemberDirectory} from '../../src/server/member-directory.ts';
import {type Member, type MemberEvent, type Membership} from '../../src/server/membership.ts';

/** A pool whose members the test changes. */
class Pool implements Membership {
  #members: readonly Member[] = [];
  readonly #listeners = new Set<(event: MemberEvent) => void>();
  reads = 0;

  members(): readonly Member[] {
    this.reads++;
    return this.#members;
  }

  local(): Member {
    const [first] = this.#members;
    if (first === undefined) throw new Error('an empty pool');
    return first;
  }

  onEvent(listener: (event: MemberEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  become(...members: Member[]): void {
    this.#members = members;
    for (const listener of this.#listeners) listener({type: 'member-update', members});
  }
}

function member(name: string, set: {dc?: string; status?: Member['status']; role?: string; address?: string} = {}): Member {
  const {dc = 'dc1', status = 'alive', role = 'consul', address = '10.0.0.1'} = set;
  return {
    name, address, port: 8301, status, protocolMin: 1, protocolMax: 5, protocolCur: 2, delegateMin: 2, delegateMax: 5, delegateCur: 4,
    tags: {role, dc, id: `id-${name}`, port: '8300', vsn: '2', build: '1.21.4:'},
  };
}

test('servers of this datacenter come from the LAN, those of others from the WAN', () => {
  const [lan, wan] = [new Pool(), new Pool()];
  const directory = new MemberDirectory('dc1', lan, wan);
  lan.become(member('a'), member('b', {address: '10.0.0.2'}), member('client', {role: 'node'}));
  wan.become(member('a.dc1'), member('x.dc2', {dc: 'dc2', address: '10.2.0.1'}));
  expect(directory.servers('dc1')?.map(({name}) => name)).toEqual(['a', 'b']);
  expect(directory.servers('dc2')).toEqual([{id: 'id-x.dc2', name: 'x', datacenter: 'dc2', address: '10.2.0.1:8300'}]);
  expect(directory.servers('dc3')).toBeUndefined();
});

test('a datacenter whose servers have failed is known and has none; one that they left is not known', () => {
  const [lan, wan] = [new Pool(), new Pool()];
  const directory = new MemberDirectory('dc1', lan, wan);
  wan.become(member('x.dc2', {dc: 'dc2', status: 'failed'}), member('y.dc3', {dc: 'dc3', status: 'left'}));
  expect(directory.servers('dc2')).toEqual([]);
  expect(directory.servers('dc3')).toBeUndefined();
});

test('the pools are read again only after they have changed', () => {
  const lan = new Pool();
  const directory = new MemberDirectory('dc1', lan, undefined);
  lan.become(member('a'));
  expect([directory.addressOf('id-a'), directory.addressOf('id-b'), directory.addressOf('id-a')]).toEqual(['10.0.0.1:8300', undefined, '10.0.0.1:8300']);
  expect(lan.reads).toBe(1);
  lan.become(member('a', {address: '10.0.0.9'}));
  expect(directory.addressOf('id-a')).toBe('10.0.0.9:8300');
});
