import {describe, expect, it} from 'vitest';
import {type HealthCheck, Node, type NodeService, type RegisterRequest} from '../../../src/catalog/schema.ts';
import {type CatalogChange, deregisterMember, type MemberCatalog, reconcileMember, serfHealth} from '../../../src/server/leader/reconcile-member.ts';
import {type Member} from '../../../src/server/membership.ts';
import {member} from '../changing-pool.ts';

/** A catalog with at most one node, as what was written last left it. */
class OneNode implements MemberCatalog {
  #written: RegisterRequest | undefined;
  #meta: ReadonlyMap<string, string> | null = null;
  #taggedAddresses: ReadonlyMap<string, string> | null = null;

  write(change: CatalogChange | undefined): void {
    if (change?.kind !== 'register') throw new Error('nothing was registered');
    const {Service} = change.request;
    this.#written = {...change.request, Service: Service ?? this.#written?.Service ?? null};
    if (!change.request.SkipNodeUpdate) [this.#meta, this.#taggedAddresses] = [change.request.NodeMeta, change.request.TaggedAddresses];
  }

  /** The agent itself tells of its node. */
  tell(meta: Readonly<Record<string, string>>, taggedAddresses: Readonly<Record<string, string>>): void {
    this.#meta = new Map(Object.entries(meta));
    this.#taggedAddresses = new Map(Object.entries(taggedAddresses));
  }

  node(name: string): Node | undefined {
    if (this.#written?.Node !== name) return undefined;
    const {ID, Address} = this.#written;
    return Node.make({ID, Node: name, Address, Meta: this.#meta, TaggedAddresses: this.#taggedAddresses});
  }

  service(node: string, serviceId: string): NodeService | undefined {
    const service = this.#written?.Service;
    return this.#written?.Node === node && service?.ID === serviceId ? service : undefined;
  }

  check(node: string, checkId: string): HealthCheck | undefined {
    const check = this.#written?.Check;
    return this.#written?.Node === node && check?.CheckID === checkId ? check : undefined;
  }
}

const server = {...member('s1'), tags: {...member('s1').tags, raft_vsn: '3', grpc_port: '8502', grpc_tls_port: '0'}};
const client = member('c1', {role: 'node'});

function changeOf(catalog: MemberCatalog, of: Member, set: Partial<Member> = {}): CatalogChange | undefined {
  return reconcileMember(catalog, {...of, ...set}, 'dc1', 'leader');
}

describe('an alive member', () => {
  it('is registered with its health, and a server with its service', () => {
    const change = changeOf(new OneNode(), server);
    expect(change).toMatchObject({
      kind: 'register',
      request: {
        Datacenter: 'dc1', ID: 'id-s1', Node: 's1', Address: '10.0.0.1',
        Check: {Node: 's1', CheckID: serfHealth, Name: 'Serf Health Status', Status: 'passing', Output: 'Agent alive and reachable'},
        Service: {ID: 'consul', Service: 'consul', Port: 8300, Weights: {Passing: 1, Warning: 1}},
      },
    });
    const {NodeMeta, Service} = (change as {request: RegisterRequest}).request;
    expect(Object.fromEntries(NodeMeta ?? [])).toEqual({'consul-version': '1.21.4'});
    expect(Object.fromEntries(Service?.Meta ?? [])).toEqual({
      non_voter: 'false', read_replica: 'false', raft_version: '3', serf_protocol_current: '2', serf_protocol_min: '1', serf_protocol_max: '5', version: '1.21.4', grpc_port: '8502',
    });
  });

  it('that is a client has no service', () => {
    expect(changeOf(new OneNode(), client)).toMatchObject({kind: 'register', request: {Node: 'c1', Service: null}});
  });

  it('is not written again while nothing is new', () => {
    const catalog = new OneNode();
    catalog.write(changeOf(catalog, server));
    expect(changeOf(catalog, server)).toBeUndefined();
  });

  it.each([
    ['its address', {address: '10.0.0.2'}],
    ['what it is', {tags: {...server.tags, build: '1.22.0:'}}],
  ])('is written again when %s changes, and keeps what its agent told', (_, set) => {
    const catalog = new OneNode();
    catalog.write(changeOf(catalog, server));
    catalog.tell({rack: 'r1'}, {lan: '10.0.0.1'});
    const change = changeOf(catalog, server, set);
    expect(change).toMatchObject({kind: 'register', request: {NodeMeta: new Map([['rack', 'r1']]), TaggedAddresses: new Map([['lan', '10.0.0.1']])}});
  });

  it('is none of ours when it is of another datacenter, or no agent of Consul', () => {
    expect(changeOf(new OneNode(), member('x', {dc: 'dc2'}))).toBeUndefined();
    expect(changeOf(new OneNode(), member('x', {role: 'db'}))).toBeUndefined();
  });
});

describe('a failed member', () => {
  it('that nobody wrote is not made known by its failure', () => {
    expect(changeOf(new OneNode(), server, {status: 'failed'})).toBeUndefined();
  });

  it('is critical, once, and all else of it stays', () => {
    const catalog = new OneNode();
    catalog.write(changeOf(catalog, server));
    const change = changeOf(catalog, server, {status: 'failed'});
    expect(change).toMatchObject({kind: 'register', request: {SkipNodeUpdate: true, Service: null, Check: {Status: 'critical', Output: 'Agent not live or unreachable'}}});
    catalog.write(change);
    expect(changeOf(catalog, server, {status: 'failed'})).toBeUndefined();
  });

  it('that comes back passes again', () => {
    const catalog = new OneNode();
    catalog.write(changeOf(catalog, server));
    catalog.write(changeOf(catalog, server, {status: 'failed'}));
    expect(changeOf(catalog, server)).toMatchObject({request: {Check: {Status: 'passing'}}});
  });
});

describe('a member that left', () => {
  it('is deregistered, with all that is on it, if it is known', () => {
    const catalog = new OneNode();
    expect(changeOf(catalog, server, {status: 'left'})).toBeUndefined();
    catalog.write(changeOf(catalog, server));
    expect(changeOf(catalog, server, {status: 'left'})).toMatchObject({kind: 'deregister', request: {Datacenter: 'dc1', Node: 's1', ServiceID: '', CheckID: ''}});
  });

  it('is not yet one while it is on its way out', () => {
    const catalog = new OneNode();
    catalog.write(changeOf(catalog, server));
    expect(changeOf(catalog, server, {status: 'leaving'})).toBeUndefined();
  });

  it('is never the leader itself', () => {
    const catalog = new OneNode();
    catalog.write(changeOf(catalog, {...server, name: 'leader'}));
    expect(changeOf(catalog, {...server, name: 'leader'}, {status: 'left'})).toBeUndefined();
  });
});

it('a node that got another name is registered under the new one, and its old name is reaped as any that nobody stands behind', () => {
  const catalog = new OneNode();
  catalog.write(changeOf(catalog, server));
  const renamed = changeOf(catalog, {...server, name: 'new-name'});
  expect(renamed).toMatchObject({kind: 'register', request: {ID: 'id-s1', Node: 'new-name'}});
  expect(deregisterMember(catalog, 's1', 'dc1')).toMatchObject({kind: 'deregister', request: {Node: 's1'}});
  expect(deregisterMember(catalog, 'unknown', 'dc1')).toBeUndefined();
});
