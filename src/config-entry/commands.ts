import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Command, command} from '../fsm/command.ts';
import {sortedStatus} from './entries/api-gateway.ts';
import {federationStateCommand} from './federation-states.ts';
import {type ConfigEntry, configEntryOf, ConfigEntryRequest} from './schema.ts';
import {configEntry} from './state.ts';
import {systemMetadataCommand} from './system-metadata.ts';
import {virtualIpCommand} from './virtual-ips.ts';
import {removeEntry, writeEntry} from './write-entry.ts';

/** Types 22, 30, 31 and 43 of the log (rpc-raft.md §15). */
export const configEntryCommands: readonly Command[] = [
  command<ConfigEntryRequest>({
    type: 22,
    name: 'ConfigEntry',
    decode: (body) => ConfigEntryRequest.fromMsgpack(body),
    apply: applyConfigEntry,
  }),
  federationStateCommand,
  systemMetadataCommand,
  virtualIpCommand,
];

function applyConfigEntry(context: ApplyContext, {Op, Kind, Entry, Datacenter}: ConfigEntryRequest): boolean | ConsulError {
  const entry = configEntryOf(Kind, Entry);
  const existing = configEntry(context.tx, Kind, entry.Name);
  const isAsSeen = Entry.ModifyIndex === (existing?.body.ModifyIndex ?? 0);
  switch (Op) {
    case 'upsert':
      return writeEntry(context, withStatusOf(entry, existing), Datacenter);
    case 'upsert-cas':
      return isAsSeen && writeEntry(context, withStatusOf(entry, existing), Datacenter);
    case 'upsert-with-status-cas':
      return isAsSeen && writeEntry(context, withSortedStatus(entry), Datacenter);
    case 'delete':
      return existing === undefined || removeEntry(context, existing, Datacenter);
    case 'delete-cas':
      return existing !== undefined && isAsSeen && removeEntry(context, existing, Datacenter);
    default:
      return new ConsulError(`invalid config entry operation type: ${Op}`);
  }
}

/** What the leader found out stays until it finds out something else: users cannot write it. */
function withStatusOf(entry: ConfigEntry, existing: ConfigEntry | undefined): ConfigEntry {
  if (!('Status' in entry.body)) return entry;
  const before = existing !== undefined && 'Status' in existing.body ? existing.body : undefined;
  return configEntryOf(entry.Kind, {...entry.body, Status: before?.Status ?? {Conditions: null}});
}

function withSortedStatus(entry: ConfigEntry): ConfigEntry {
  return 'Status' in entry.body ? configEntryOf(entry.Kind, {...entry.body, Status: sortedStatus(entry.body.Status)}) : entry;
}
