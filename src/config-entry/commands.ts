import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Command, command} from '../fsm/command.ts';
import {type AnyMap} from '../wire/any-value.ts';
import {federationStateCommand} from './federation-states.ts';
import {type ConfigEntry, ConfigEntryRequest} from './schema.ts';
import {ConfigEntries, configEntry} from './state.ts';
import {systemMetadataCommand} from './system-metadata.ts';
import {assignVirtualIp, givesVirtualIp, releaseVirtualIp} from './virtual-ips.ts';

/** Types 22, 30 and 31 of the log (rpc-raft.md §15). */
export const configEntryCommands: readonly Command[] = [
  command<ConfigEntryRequest>({
    type: 22,
    name: 'ConfigEntry',
    decode: (body) => ConfigEntryRequest.fromMsgpack(body),
    apply: applyConfigEntry,
  }),
  federationStateCommand,
  systemMetadataCommand,
];

function applyConfigEntry(context: ApplyContext, {Op, Kind, Entry}: ConfigEntryRequest): unknown {
  const body = Entry ?? new Map();
  const existing = configEntry(context.tx, Kind, nameOf(body));
  const isAsSeen = indexOf(body) === (existing?.ModifyIndex ?? 0);
  switch (Op) {
    case 'upsert':
    case 'upsert-with-status-update':
      return upsert(context, Kind, body, existing);
    case 'upsert-cas':
      return isAsSeen && upsert(context, Kind, body, existing);
    case 'delete':
      return remove(context, existing);
    case 'delete-cas':
      return existing !== undefined && isAsSeen && remove(context, existing);
    default:
      return new ConsulError(`invalid config entry operation type: ${Op}`);
  }
}

function upsert(context: ApplyContext, Kind: string, body: AnyMap, existing: ConfigEntry | undefined): boolean | ConsulError {
  const {tx, index} = context;
  const assigned = givesVirtualIp(Kind, nameOf(body)) ? assignVirtualIp(context, nameOf(body)) : undefined;
  if (assigned instanceof ConsulError) return assigned;
  const CreateIndex = existing?.CreateIndex ?? index;
  const stored = new Map(body).set('CreateIndex', BigInt(CreateIndex)).set('ModifyIndex', BigInt(index));
  tx.put(ConfigEntries, {Kind, Name: nameOf(body), CreateIndex, ModifyIndex: index, body: stored});
  tx.setIndex('config-entries', index);
  return true;
}

function remove(context: ApplyContext, existing: ConfigEntry | undefined): boolean {
  if (existing === undefined) return true;
  const {tx, index, neighbours} = context;
  tx.delete(ConfigEntries, ConfigEntries.keyOf(existing));
  tx.setIndex('config-entries', index);
  if (givesVirtualIp(existing.Kind, existing.Name) && !neighbours.hasInstances(tx, existing.Name)) releaseVirtualIp(context, existing.Name);
  return true;
}

/** Kinds of which there is one only carry no name on the wire. */
function nameOf(body: AnyMap): string {
  const name = body.get('Name');
  return typeof name === 'string' ? name : '';
}

function indexOf(body: AnyMap): number {
  return Number(body.get('ModifyIndex') ?? 0);
}
