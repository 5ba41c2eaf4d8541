import {hashServiceIntentions} from '../config-entry/entries/intentions-hash.ts';
import {ServiceIntentionsConfigEntry, type SourceIntention} from '../config-entry/entries/intentions.ts';
import {invalidIntentions} from '../config-entry/entries/intentions-validation.ts';
import {type ConfigEntry, configEntryOf} from '../config-entry/schema.ts';
import {configEntriesOf, configEntry} from '../config-entry/state.ts';
import {removeEntry, writeEntry} from '../config-entry/write-entry.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Reader} from '../store/reader.ts';
import {type IntentionMutation} from './schema.ts';

type IntentionsEntry = ConfigEntry<'service-intentions'>;
type Result = true | null | ConsulError;

const kind = 'service-intentions';

/** Changes one source of the entry of its destination. The last that goes takes the entry with it. */
export function applyMutation(context: ApplyContext, op: string, mutation: IntentionMutation, datacenter: string): Result {
  switch (op) {
    case 'create':
      return create(context, mutation, datacenter);
    case 'update':
      return update(context, mutation, datacenter);
    case 'upsert':
      return upsert(context, mutation, datacenter);
    case 'delete':
      return mutation.ID === '' ? deleteExact(context, mutation, datacenter) : deleteById(context, mutation.ID, datacenter);
    default:
      return new ConsulError(`Invalid Intention mutation operation '${op}'`);
  }
}

/** With an id, as the old API has them: only beside others of that kind. */
function create(context: ApplyContext, {Destination, Value}: IntentionMutation, datacenter: string): Result {
  const entry = configEntry(context.tx, kind, Destination.Name);
  if (entry !== undefined && !isLegacy(entry)) {
    return new ConsulError(`cannot use legacy intention API to edit intentions with a destination of "${Destination.Name}" after editing them via a service-intentions config entry`);
  }
  return write(context, entry, Destination.Name, [...sourcesOf(entry), ...present(Value)], datacenter);
}

function update(context: ApplyContext, {ID, Value}: IntentionMutation, datacenter: string): Result {
  const found = entryWithId(context.tx, ID);
  if (found === undefined) return new ConsulError(`Cannot modify non-existent intention: '${ID}'`);
  const sources = sourcesOf(found).map((source) => (source.LegacyID !== ID || Value === null ? source : {...Value, LegacyID: ID, LegacyCreateTime: source.LegacyCreateTime}));
  return write(context, found, found.Name, sources, datacenter);
}

/** By the names of source and destination; the other sources lose their ids, for the old API cannot change the entry any more. */
function upsert(context: ApplyContext, {Destination, Source, Value}: IntentionMutation, datacenter: string): Result {
  const entry = configEntry(context.tx, kind, Destination.Name);
  const before = sourcesOf(entry).map(withoutId);
  const at = before.findIndex((source) => isNamed(source, Source.Name));
  const sources = at < 0 ? [...before, ...present(Value)] : before.flatMap((source, i) => (i === at ? present(Value) : [source]));
  return write(context, entry, Destination.Name, sources, datacenter);
}

function deleteExact(context: ApplyContext, {Destination, Source}: IntentionMutation, datacenter: string): Result {
  const entry = configEntry(context.tx, kind, Destination.Name);
  if (entry === undefined) return null;
  const before = sourcesOf(entry);
  const sources = before.filter((source) => !isNamed(source, Source.Name));
  return sources.length === before.length ? null : write(context, entry, Destination.Name, sources.map(withoutId), datacenter);
}

function deleteById(context: ApplyContext, id: string, datacenter: string): Result {
  const entry = entryWithId(context.tx, id);
  if (entry === undefined) return null;
  return write(context, entry, entry.Name, sourcesOf(entry).filter(({LegacyID}) => LegacyID !== id), datacenter);
}

function write(context: ApplyContext, before: IntentionsEntry | undefined, name: string, sources: readonly SourceIntention[], datacenter: string): Result {
  if (sources.length === 0) return before === undefined ? null : removeEntry(context, before, datacenter);
  const body = normalized({...(before?.body ?? ServiceIntentionsConfigEntry.make({Kind: kind, Name: name})), Sources: sources});
  const problem = invalidIntentions(body);
  if (problem !== undefined) return new ConsulError(problem);
  return writeEntry(context, configEntryOf(kind, {...body, Hash: hashServiceIntentions(body)}), datacenter);
}

/** As Consul keeps them: the most precise first; those without an old id without what goes with one. */
function normalized(body: ServiceIntentionsConfigEntry): ServiceIntentionsConfigEntry {
  const sources = present(...(body.Sources ?? [])).map((source) => ({
    ...(source.LegacyID === '' ? withoutId(source) : {...source, LegacyMeta: source.LegacyMeta ?? new Map<string, string>()}),
    Type: source.Type === '' ? 'consul' : source.Type,
    Precedence: precedenceOf(source.Name, body.Name),
    Permissions: source.Permissions?.map((permission) => permission && {...permission, HTTP: permission.HTTP && {...permission.HTTP, Methods: upperCase(permission.HTTP.Methods)}}) ?? null,
  }));
  return {...body, Sources: sources.sort((a, b) => b.Precedence - a.Precedence)};
}

function upperCase(methods: readonly string[] | null): readonly string[] | null {
  return methods?.map((method) => method.toUpperCase()) ?? null;
}

function precedenceOf(source: string, destination: string): number {
  if (destination === '*') return source === '*' ? 5 : 6;
  return source === '*' ? 8 : 9;
}

function withoutId(source: SourceIntention): SourceIntention {
  return {...source, LegacyID: '', LegacyMeta: null, LegacyCreateTime: null, LegacyUpdateTime: null};
}

function isLegacy(entry: IntentionsEntry): boolean {
  return sourcesOf(entry).every(({LegacyID}) => LegacyID !== '');
}

function isNamed({Name, Peer}: SourceIntention, name: string): boolean {
  return Name === name && Peer === '';
}

function sourcesOf(entry: IntentionsEntry | undefined): readonly SourceIntention[] {
  return present(...(entry?.body.Sources ?? []));
}

function present<T>(...values: readonly (T | null)[]): T[] {
  return values.filter((value) => value !== null);
}

function entryWithId(reader: Reader, id: string): IntentionsEntry | undefined {
  return configEntriesOf(reader, kind).find((entry) => sourcesOf(entry).some(({LegacyID}) => LegacyID === id));
}
