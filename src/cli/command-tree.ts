import {type Command} from './command.ts';

interface LeafEntry {
  readonly synopsis: string;
  readonly load: () => Promise<Command>;
}

interface GroupEntry {
  readonly synopsis: string;
  /** What its help says, after "Usage: ". */
  readonly about: string;
}

export type CommandEntry = LeafEntry | GroupEntry;

const group = (synopsis: string, path: string, about: string): GroupEntry => ({
  synopsis,
  about: `consul ${path} <subcommand> [options]${path.startsWith('operator') ? '' : ' [args]'}\n\n  ${about}`,
});

/** Every command by its words. Each is loaded when it is called, so that a call pays for itself only. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  'agent': {synopsis: 'Runs a Consul agent', load: async () => (await import('./commands/agent.ts')).agentCommand},
  'catalog': group('Interact with the catalog', 'catalog', 'Reads what the catalog holds: datacenters, nodes and services.'),
  'catalog datacenters': {synopsis: 'Lists all known datacenters', load: async () => (await import('./commands/catalog/datacenters.ts')).catalogDatacentersCommand},
  'catalog nodes': {synopsis: 'Lists all nodes in the given datacenter', load: async () => (await import('./commands/catalog/nodes.ts')).catalogNodesCommand},
  'catalog services': {synopsis: 'Lists all registered services in a datacenter', load: async () => (await import('./commands/catalog/services.ts')).catalogServicesCommand},
  'event': {synopsis: 'Fire a new event', load: async () => (await import('./commands/event.ts')).eventCommand},
  'force-leave': {synopsis: 'Forces a member of the cluster to enter the "left" state', load: async () => (await import('./commands/force-leave.ts')).forceLeaveCommand},
  'info': {synopsis: 'Provides debugging information for operators.', load: async () => (await import('./commands/info.ts')).infoCommand},
  'join': {synopsis: 'Tell Consul agent to join cluster', load: async () => (await import('./commands/join.ts')).joinCommand},
  'keygen': {synopsis: 'Generates a new encryption key', load: async () => (await import('./commands/keygen.ts')).keygenCommand},
  'keyring': {synopsis: 'Manages gossip layer encryption keys', load: async () => (await import('./commands/keyring.ts')).keyringCommand},
  'kv': group('Interact with the key-value store', 'kv', 'Reads and writes the key-value store.'),
  'kv delete': {synopsis: 'Removes data from the KV store', load: async () => (await import('./commands/kv/delete.ts')).kvDeleteCommand},
  'kv export': {synopsis: 'Exports a tree from the KV store as JSON', load: async () => (await import('./commands/kv/export.ts')).kvExportCommand},
  'kv get': {synopsis: 'Retrieves or lists data from the KV store', load: async () => (await import('./commands/kv/get.ts')).kvGetCommand},
  'kv import': {synopsis: 'Imports a tree stored as JSON to the KV store', load: async () => (await import('./commands/kv/import.ts')).kvImportCommand},
  'kv put': {synopsis: 'Sets or updates data in the KV store', load: async () => (await import('./commands/kv/put.ts')).kvPutCommand},
  'leave': {synopsis: 'Gracefully leaves the Consul cluster and shuts down', load: async () => (await import('./commands/leave.ts')).leaveCommand},
  'lock': {synopsis: 'Execute a command holding a lock', load: async () => (await import('./commands/lock/lock.ts')).lockCommand},
  'maint': {synopsis: 'Controls node or service maintenance mode', load: async () => (await import('./commands/maint.ts')).maintCommand},
  'members': {synopsis: 'Lists the members of a Consul cluster', load: async () => (await import('./commands/members.ts')).membersCommand},
  'monitor': {synopsis: 'Stream logs from a Consul agent', load: async () => (await import('./commands/monitor.ts')).monitorCommand},
  'operator': group('Provides cluster-level tools for Consul operators', 'operator', 'Tools for who runs the cluster.'),
  'operator autopilot': group('Provides tools for modifying Autopilot configuration', 'operator autopilot', 'Looks at how the servers do, and says what may be done with them without asking.'),
  'operator autopilot get-config': {synopsis: 'Display the current Autopilot configuration', load: async () => (await import('./commands/operator/autopilot-get-config.ts')).autopilotGetConfigCommand},
  'operator autopilot set-config': {synopsis: 'Modify the current Autopilot configuration', load: async () => (await import('./commands/operator/autopilot-set-config.ts')).autopilotSetConfigCommand},
  'operator autopilot state': {synopsis: 'Display the current Autopilot state', load: async () => (await import('./commands/operator/autopilot-state.ts')).autopilotStateCommand},
  'operator raft': group('Provides cluster-level tools for Consul operators', 'operator raft', 'Looks at the Raft peers, takes lost ones out, and moves the leadership.'),
  'operator raft list-peers': {synopsis: 'Display the current Raft peer configuration', load: async () => (await import('./commands/operator/raft-list-peers.ts')).raftListPeersCommand},
  'operator raft remove-peer': {synopsis: 'Remove a Consul server from the Raft configuration', load: async () => (await import('./commands/operator/raft-remove-peer.ts')).raftRemovePeerCommand},
  'operator raft transfer-leader': {synopsis: 'Transfer raft leadership to another node', load: async () => (await import('./commands/operator/raft-transfer-leader.ts')).raftTransferLeaderCommand},
  'operator usage': group('Provides cluster-level usage information', 'operator usage', 'Counts what the cluster is used for.'),
  'operator usage instances': {synopsis: 'Display service instance usage information', load: async () => (await import('./commands/operator/usage-instances.ts')).usageInstancesCommand},
  'reload': {synopsis: 'Triggers the agent to reload configuration files', load: async () => (await import('./commands/reload.ts')).reloadCommand},
  'rtt': {synopsis: 'Estimates network round trip time between nodes', load: async () => (await import('./commands/rtt.ts')).rttCommand},
  'services': group('Interact with services', 'services', 'Registers services with the local agent, and removes them.'),
  'services deregister': {synopsis: 'Deregister services with the local agent', load: async () => (await import('./commands/services/deregister.ts')).servicesDeregisterCommand},
  'services register': {synopsis: 'Register services with the local agent', load: async () => (await import('./commands/services/register.ts')).servicesRegisterCommand},
  'snapshot': group('Saves, restores and inspects snapshots of Consul server state', 'snapshot', 'Saves the state of the servers to a file, restores it, and shows what is in it.'),
  'snapshot decode': {synopsis: 'Decodes the raft snapshot', load: async () => (await import('./commands/snapshot/decode.ts')).snapshotDecodeCommand},
  'snapshot inspect': {synopsis: 'Displays information about a Consul snapshot file', load: async () => (await import('./commands/snapshot/inspect.ts')).snapshotInspectCommand},
  'snapshot restore': {synopsis: 'Restores snapshot of Consul server state', load: async () => (await import('./commands/snapshot/restore.ts')).snapshotRestoreCommand},
  'snapshot save': {synopsis: 'Saves snapshot of Consul server state', load: async () => (await import('./commands/snapshot/save.ts')).snapshotSaveCommand},
  'tls': {synopsis: 'Builtin helpers for creating CAs and certificates', about: 'consul tls <subcommand> <subcommand> [options]\n\n  Makes the certificates that agents need for TLS.'},
  'tls ca': group('Helpers for CAs', 'tls ca', 'Makes certificate authorities.'),
  'tls ca create': {synopsis: 'Create a new consul CA', load: async () => (await import('./commands/tls/ca-create.ts')).tlsCaCreateCommand},
  'tls cert': group('Helpers for certificates', 'tls cert', 'Makes certificates.'),
  'tls cert create': {synopsis: 'Create a new certificate', load: async () => (await import('./commands/tls/cert-create.ts')).tlsCertCreateCommand},
  'validate': {synopsis: 'Validate config files/directories', load: async () => (await import('./commands/validate.ts')).validateCommand},
  'version': {synopsis: 'Prints the Consul version', load: async () => (await import('./commands/version.ts')).versionCommand},
  'watch': {synopsis: 'Watch for changes in Consul', load: async () => (await import('./commands/watch/watch.ts')).watchCommand},
};

/** The longest run of words that names a command; '' when the first names none. */
export function longestMatch(words: readonly string[]): string {
  let path = '';
  for (const word of words) {
    const longer = path === '' ? word : `${path} ${word}`;
    if (!Object.hasOwn(COMMANDS, longer)) break;
    path = longer;
  }
  return path;
}
