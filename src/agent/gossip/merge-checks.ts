import {addressText} from '../../gossip/endpoint.ts';
import {type Candidate} from '../../gossip/serf/serf-config.ts';
import {serverMember} from '../../server/server-member.ts';

export interface OwnIdentity {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly datacenter: string;
}

/** Why these may not be in our LAN pool, in Consul's words; null when they may (gossip.md §15.4). */
export function lanMergeProblem(own: OwnIdentity, candidates: readonly Candidate[]): string | null {
  const nameById = new Map<string, string>();
  for (const candidate of candidates) {
    const {name, tags, status} = candidate;
    if (status === 'left') continue;
    const id = (tags['id'] ?? '').toLowerCase();
    if (id !== '') {
      if (id === own.nodeId && name.toLowerCase() !== own.nodeName.toLowerCase()) {
        return `Member '${name}' has conflicting node ID '${id}' with this agent's ID`;
      }
      const other = nameById.get(id);
      if (other !== undefined && other !== name) return `Member '${name}' has conflicting node ID '${id}' with member '${other}'`;
      nameById.set(id, name);
    }
    const problem = wrongDatacenter(own, candidate) ?? enterpriseOnly(candidate);
    if (problem !== undefined) return problem;
  }
  return null;
}

/** Why these may not be in our WAN pool: only servers may. */
export function wanMergeProblem(candidates: readonly Candidate[]): string | null {
  const foreign = candidates.find((candidate) => candidate.status !== 'left' && asServer(candidate) === undefined);
  return foreign === undefined ? null : `Member '${foreign.name}' is not a server`;
}

function wrongDatacenter({datacenter}: OwnIdentity, candidate: Candidate): string | undefined {
  const {name, tags} = candidate;
  const isAgent = tags['role'] === 'node' || asServer(candidate) !== undefined;
  return isAgent && tags['dc'] !== datacenter ? `Member '${name}' part of wrong datacenter '${tags['dc'] ?? ''}'` : undefined;
}

function enterpriseOnly({name, tags}: Candidate): string | undefined {
  if ((tags['fips'] ?? '') !== '') return `Member '${name}' is FIPS Consul; FIPS Consul is only available in Consul Enterprise`;
  if ((tags['ap'] ?? '') !== '') return `Member '${name}' part of partition '${tags['ap'] ?? ''}'; Partitions are a Consul Enterprise feature`;
  if ((tags['segment'] ?? '') !== '') return `Member '${name}' part of segment '${tags['segment'] ?? ''}'; Network Segments are a Consul Enterprise feature`;
  return undefined;
}

function asServer({name, tags, endpoint}: Candidate): ReturnType<typeof serverMember> {
  const versions = {protocolMin: 0, protocolMax: 0, protocolCur: 0, delegateMin: 0, delegateMax: 0, delegateCur: 0};
  return serverMember({name, tags, status: 'alive', address: addressText(endpoint.addr), port: endpoint.port, ...versions});
}
