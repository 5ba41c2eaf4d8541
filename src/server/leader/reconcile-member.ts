import {DeregisterRequest, HealthCheck, type Node, NodeService, RegisterRequest} from '../../catalog/schema.ts';
import {type Member} from '../membership.ts';

export const serfHealth = 'serfHealth';
const consulService = 'consul';
const aliveOutput = 'Agent alive and reachable';
const failedOutput = 'Agent not live or unreachable';

/** What the catalog has of a member. */
export interface MemberCatalog {
  node(name: string): Node | undefined;
  service(node: string, serviceId: string): NodeService | undefined;
  check(node: string, checkId: string): HealthCheck | undefined;
}

/** A log entry that brings the catalog in line with the pool. */
export type CatalogChange =
  | {readonly kind: 'register'; readonly request: RegisterRequest}
  | {readonly kind: 'deregister'; readonly request: DeregisterRequest};

/**
 * What a leader writes because of one member of the LAN pool (rpc-raft.md §16). Nothing when the catalog has it already,
 * or when the member is of another datacenter or no agent of Consul's.
 * @param localName the leader's own node, which is never deregistered
 */
export function reconcileMember(catalog: MemberCatalog, member: Member, datacenter: string, localName: string): CatalogChange | undefined {
  const {role, dc} = member.tags;
  if ((role !== 'consul' && role !== 'node') || dc !== datacenter) return undefined;
  switch (member.status) {
    case 'alive':
      return registerAlive(catalog, member, datacenter);
    case 'failed':
      return registerFailed(catalog, member, datacenter);
    case 'left':
      return member.name === localName ? undefined : deregisterMember(catalog, member.name, datacenter);
    case 'leaving':
      return undefined;
  }
}

/** Takes a node with all that is on it out of the catalog. */
export function deregisterMember(catalog: MemberCatalog, name: string, datacenter: string): CatalogChange | undefined {
  if (catalog.node(name) === undefined) return undefined;
  return {kind: 'deregister', request: DeregisterRequest.make({Datacenter: datacenter, Node: name})};
}

function registerAlive(catalog: MemberCatalog, member: Member, datacenter: string): CatalogChange | undefined {
  const node = catalog.node(member.name);
  const service = member.tags['role'] === 'consul' ? consulServiceOf(member) : null;
  const isKnown =
    node?.Address === member.address &&
    catalog.check(member.name, serfHealth)?.Status === 'passing' &&
    (service === null || sameMeta(service.Meta, catalog.service(member.name, consulService)?.Meta));
  if (isKnown) return undefined;
  const request = RegisterRequest.make({
    Datacenter: datacenter,
    ID: member.tags['id'] ?? '',
    Node: member.name,
    Address: member.address,
    // What the agent itself told of its node is kept; it knows better.
    TaggedAddresses: node?.TaggedAddresses ?? null,
    NodeMeta: node?.Meta ?? new Map([['consul-version', versionOf(member)]]),
    Service: service,
    Check: serfCheck(member.name, 'passing', aliveOutput),
    // Its agent may be writing the node at this moment: what it says must not be overwritten with what was read before.
    SkipNodeUpdate: node === undefined || (node.Address === member.address && node.ID === (member.tags['id'] ?? '')),
  });
  return {kind: 'register', request};
}

/** A failed member's node stays, with what is on it; only its health says that nobody is there. */
function registerFailed(catalog: MemberCatalog, member: Member, datacenter: string): CatalogChange | undefined {
  const node = catalog.node(member.name);
  if (node === undefined) return undefined;
  if (node.Address === member.address && catalog.check(member.name, serfHealth)?.Status === 'critical') return undefined;
  const request = RegisterRequest.make({
    Datacenter: datacenter,
    ID: member.tags['id'] ?? '',
    Node: member.name,
    Address: member.address,
    Check: serfCheck(member.name, 'critical', failedOutput),
    SkipNodeUpdate: true,
  });
  return {kind: 'register', request};
}

function serfCheck(node: string, status: 'passing' | 'critical', output: string): HealthCheck {
  return HealthCheck.make({Node: node, CheckID: serfHealth, Name: 'Serf Health Status', Status: status, Output: output});
}

/** The `consul` service of a server: where its RPC is, and in its meta what the server is. */
function consulServiceOf(member: Member): NodeService {
  const {tags} = member;
  const meta = new Map<string, string>([
    ['non_voter', String(tags['nonvoter'] === '1')],
    ['read_replica', String(tags['read_replica'] === '1')],
    ['raft_version', tags['raft_vsn'] ?? '0'],
    ['serf_protocol_current', String(member.protocolCur)],
    ['serf_protocol_min', String(member.protocolMin)],
    ['serf_protocol_max', String(member.protocolMax)],
    ['version', versionOf(member)],
  ]);
  for (const tag of ['grpc_port', 'grpc_tls_port']) {
    if (Number(tags[tag] ?? 0) > 0) meta.set(tag, tags[tag] ?? '');
  }
  return NodeService.make({
    ID: consulService,
    Service: consulService,
    Port: Number(tags['port'] ?? 0),
    Weights: {Passing: 1, Warning: 1},
    Meta: meta,
  });
}

/** The tag `build` is the version, a colon, and the revision it was built from. */
function versionOf({tags}: Member): string {
  return (tags['build'] ?? '').split(':', 1)[0] ?? '';
}

function sameMeta(a: ReadonlyMap<string, string> | null, b: ReadonlyMap<string, string> | null | undefined): boolean {
  if (a === null || b === null || b === undefined) return a === (b ?? null);
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
