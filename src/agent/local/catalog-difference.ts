import {type HealthCheck, type Node, type NodeService} from '../../catalog/schema.ts';
import {type Sliced} from '../../runtime/slices.ts';
import {type LocalCheck, type LocalService, type LocalState} from './local-state.ts';
import {sameAsWritten} from './same-as-written.ts';

/** What the catalog has of this node. */
export interface CatalogOfNode {
  readonly node: Node | null;
  readonly services: readonly NodeService[];
  readonly checks: readonly HealthCheck[];
}

/** What servers write on an agent's node themselves, so that no agent may take it away. */
const managedService = 'consul';
const managedCheck = 'serfHealth';
/** Tagged addresses with this prefix are the servers'. */
const serverPrefix = 'consul-';

/**
 * Compares the catalog's services and checks with ours and marks what differs (agent-checks.md §12, full sync).
 * @param since `sequence` of the local state when the catalog was asked: what changed later is not judged by an old answer
 */
export function* markDifferences(state: LocalState, catalog: CatalogOfNode, since: number): Sliced<void> {
  const isJudged = (entry: LocalService | LocalCheck): boolean => entry.touched <= since && entry.mark !== 'sending';
  const services = new Map(catalog.services.map((service) => [service.ID, service]));
  for (const entry of state.allServices()) {
    if (isJudged(entry)) compareService(state, entry, services.get(entry.service.ID));
    yield;
  }
  for (const service of catalog.services) {
    if (service.ID !== managedService && state.heldService(service.ID) === undefined) state.markForeign({kind: 'service', service});
  }
  const checks = new Map(catalog.checks.map((check) => [check.CheckID, check]));
  for (const entry of state.allChecks()) {
    if (isJudged(entry)) compareCheck(state, entry, checks.get(entry.check.CheckID));
    yield;
  }
  for (const check of catalog.checks) {
    if (check.CheckID !== managedCheck && state.heldCheck(check.CheckID) === undefined) state.markForeign({kind: 'check', check});
  }
}

function compareService(state: LocalState, entry: LocalService, remote: NodeService | undefined): void {
  if (entry.deleted) {
    if (remote === undefined) state.forgetDeleted(entry);
    else state.markDirty(entry);
    return;
  }
  if (remote === undefined) {
    state.markDirty(entry);
    return;
  }
  const adopted = withServersPart(entry.service, remote);
  if (adopted !== entry.service) state.adopt(entry, adopted);
  settle(state, entry, isSameService(adopted, remote));
}

function compareCheck(state: LocalState, entry: LocalCheck, remote: HealthCheck | undefined): void {
  if (entry.deleted) {
    if (remote === undefined) state.forgetDeleted(entry);
    else state.markDirty(entry);
    return;
  }
  settle(state, entry, remote !== undefined && isSameCheck(entry.check, remote, entry.deferUntilMs !== undefined));
}

function settle(state: LocalState, entry: LocalService | LocalCheck, isSame: boolean): void {
  if (isSame) state.markAnswered(entry, entry.touched, 'synced');
  else state.markDirty(entry);
}

/** Our service with what the catalog knows better: overridable tags, and the addresses that servers assign. */
function withServersPart(local: NodeService, remote: NodeService): NodeService {
  const Tags = local.EnableTagOverride && !sameAsWritten(local.Tags, remote.Tags) ? remote.Tags : local.Tags;
  const assigned = [...(remote.TaggedAddresses ?? [])].filter(([tag]) => tag.startsWith(serverPrefix));
  const isNew = assigned.some(([tag, address]) => !sameAsWritten(local.TaggedAddresses?.get(tag), address));
  if (Tags === local.Tags && !isNew) return local;
  const TaggedAddresses = isNew ? new Map([...(local.TaggedAddresses ?? []), ...assigned]) : local.TaggedAddresses;
  return {...local, Tags, TaggedAddresses};
}

const serviceFields = [
  'ID', 'Service', 'Tags', 'Address', 'Port', 'SocketPath', 'TaggedAddresses', 'Weights', 'Meta', 'Locality', 'EnableTagOverride', 'Kind', 'Proxy', 'Connect', 'PeerName',
] as const satisfies readonly (keyof NodeService)[];

function isSameService(a: NodeService, b: NodeService): boolean {
  return serviceFields.every((field) => sameAsWritten(a[field], b[field]));
}

const checkFields = [
  'CheckID', 'Name', 'Status', 'Notes', 'ServiceID', 'ServiceName', 'ServiceTags', 'Definition', 'PeerName',
] as const satisfies readonly (keyof HealthCheck)[];

function isSameCheck(a: HealthCheck, b: HealthCheck, ignoreOutput: boolean): boolean {
  return (ignoreOutput || a.Output === b.Output) && a.Node.toLowerCase() === b.Node.toLowerCase() && checkFields.every((field) => sameAsWritten(a[field], b[field]));
}
