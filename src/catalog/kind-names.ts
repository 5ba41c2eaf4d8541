import {defineTable} from '../store/table.ts';
import {type Reader} from '../store/reader.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {type NodeService} from './schema.ts';
import {connectNameOf, folded, foldedPrefix, kindOf, Services} from './tables.ts';

interface KindName {
  readonly kind: string;
  readonly name: string;
}

/**
 * Names under the kinds that instances of them were written as. A name stays under a kind that its instances left by
 * being written anew, as in Consul; only the end of its last instance takes it away. It is no record of a snapshot.
 */
const KindNames = defineTable({name: 'kind-service-names', key: ({kind, name}: KindName) => folded(kind, name)});

/** Services that some instance is a way into the mesh to. */
const connectEnabled = 'connect-enabled';
/** Services outside of the mesh that a configuration entry tells the address of. */
export const destinationKind = 'destination';
/** Ordinary services. */
export const typicalKind = 'typical';

/** Names under a kind. */
export function namesOfKind(reader: Reader, kind: string): readonly string[] {
  return reader.prefix(KindNames, foldedPrefix(kind)).toArray().map(({name}) => name);
}

/** A name came to be a destination, or is one already. */
export function noteDestination(tx: WriteTx, index: number, name: string): void {
  if (put(tx, {kind: destinationKind, name})) bump(tx, index, destinationKind);
}

/** The same for one out of a snapshot. */
export function restoreDestination(tx: WriteTx, name: string): void {
  put(tx, {kind: destinationKind, name});
}

/** A name is no destination any longer. */
export function forgetDestination(tx: WriteTx, index: number, name: string): void {
  if (tx.delete(KindNames, folded(destinationKind, name)) !== undefined) bump(tx, index, destinationKind);
}

/** An instance was written: a name that is new under its kind moves the kind's entry in the index table. */
export function noteKindNames(tx: WriteTx, index: number, service: NodeService): void {
  for (const row of kindNamesOf(service)) if (put(tx, row)) bump(tx, index, row.kind);
}

/** The same for an instance that comes out of a snapshot: the index table comes from there too. */
export function restoreKindNames(tx: WriteTx, service: NodeService): void {
  for (const row of kindNamesOf(service)) put(tx, row);
}

/** An instance is gone from the tables: names go with the last of theirs. */
export function forgetKindNames(tx: WriteTx, index: number, service: NodeService): void {
  for (const row of kindNamesOf(service)) {
    const by = row.kind === connectEnabled ? 'connect' : 'name';
    if (tx.byIndex(Services, by).count(foldedPrefix(row.name)) > 0) continue;
    if (tx.delete(KindNames, KindNames.keyOf(row)) !== undefined) bump(tx, index, row.kind);
  }
}

function kindNamesOf(service: NodeService): readonly KindName[] {
  const own = {kind: kindOf(service), name: service.Service};
  const connectName = connectNameOf(service);
  return connectName === undefined ? [own] : [own, {kind: connectEnabled, name: connectName}];
}

function put(tx: WriteTx, row: KindName): boolean {
  const isNew = !tx.has(KindNames, KindNames.keyOf(row));
  if (isNew) tx.put(KindNames, row);
  return isNew;
}

function bump(tx: WriteTx, index: number, kind: string): void {
  tx.setIndex(`kind_service_names.${kind}`, index);
}
