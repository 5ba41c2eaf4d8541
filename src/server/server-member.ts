import {joinHostPort} from '../runtime/host-port.ts';
import {type Member} from './membership.ts';
import {buildVersion, type ServerVersion} from './server-version.ts';

/** A server as its gossip tags describe it (gossip.md §15.2). */
export interface ServerMember {
  readonly id: string;
  /** Of its LAN pool: without the datacenter that WAN names end with. */
  readonly name: string;
  readonly datacenter: string;
  /** ip:port of its RPC and Raft. */
  readonly rpcAddress: string;
  readonly host: string;
  readonly port: number;
  readonly status: Member['status'];
  /** Port of its WAN gossip; 0: it is in no WAN pool. */
  readonly wanJoinPort: number;
  /** May make a cluster of its own. */
  readonly isBootstrap: boolean;
  /** How many servers it waits for before they make a cluster; 0: it does not. */
  readonly expect: number;
  readonly isNonVoter: boolean;
  readonly isReadReplica: boolean;
  readonly usesTls: boolean;
  readonly version: ServerVersion;
  readonly grpcPort: number;
  readonly grpcTlsPort: number;
}

/** Undefined for a member that is no server, or that says it is one in a way nobody can use. */
export function serverMember(member: Member): ServerMember | undefined {
  const {tags} = member;
  if (tags['role'] !== 'consul') return undefined;
  const numbers = ['port', 'vsn', 'expect', 'wan_join_port', 'raft_vsn', 'grpc_port', 'grpc_tls_port'];
  const isNumeric = numbers.every((tag) => tags[tag] === undefined || /^\d+$/.test(tags[tag]));
  const version = buildVersion(tags['build']);
  if (!isNumeric || version === undefined || tags['port'] === undefined || tags['vsn'] === undefined) return undefined;
  const numberOf = (tag: string): number => Number(tags[tag] ?? 0);
  const datacenter = tags['dc'] ?? '';
  const port = numberOf('port');
  const suffix = `.${datacenter}`;
  return {
    id: tags['id'] ?? '',
    name: member.name.endsWith(suffix) ? member.name.slice(0, -suffix.length) : member.name,
    datacenter,
    rpcAddress: joinHostPort(member.address, port),
    host: member.address,
    port,
    status: member.status,
    wanJoinPort: numberOf('wan_join_port'),
    isBootstrap: tags['bootstrap'] === '1',
    expect: numberOf('expect'),
    isNonVoter: tags['nonvoter'] === '1',
    isReadReplica: tags['read_replica'] === '1',
    usesTls: tags['use_tls'] === '1',
    version,
    grpcPort: numberOf('grpc_port'),
    grpcTlsPort: numberOf('grpc_tls_port'),
  };
}

/** The servers among members. */
export function serverMembers(members: readonly Member[]): readonly ServerMember[] {
  return members.flatMap((member) => serverMember(member) ?? []);
}

/** Servers of a datacenter by their ids, without those that have left. */
export function serversOfDatacenter(members: readonly Member[], datacenter: string): ReadonlyMap<string, ServerMember> {
  return new Map(serverMembers(members).filter((server) => server.datacenter === datacenter && server.status !== 'left').map((server) => [server.id, server]));
}
