import {type Sliced} from '../runtime/slices.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {type NodeService} from './schema.ts';
import {kindOf, type Place} from './tables.ts';

/** Instances looked at between two looks at the clock. */
const instancesPerStep = 64;

type Names = 'nodes' | 'services' | 'checks';

/**
 * Which entries of Consul's index table each change of the catalog moves (http-core.md §21.2). The entries without a
 * peer's name are those of 1.8, which the newer servers still write.
 */

/** A whole table of the catalog changed. */
export function bumpTable(tx: WriteTx, index: number, {indexNames}: Place, table: Names): void {
  tx.setIndex(table, index);
  tx.setIndex(indexNames[table], index);
}

/** A node, or an instance on it, changed. */
export function bumpNode(tx: WriteTx, index: number, place: Place, node: string): void {
  bumpTable(tx, index, place, 'nodes');
  tx.setIndex(place.indexNames.node(node), index);
}

/** What is known of a service's instances changed: one of them, its node, or a check of either. */
export function bumpService(tx: WriteTx, index: number, place: Place, service: NodeService): void {
  tx.setIndex(place.indexNames.service(service.Service), index);
  bumpKind(tx, index, place, kindOf(service));
}

/** The node changed for all instances on it. */
export function* bumpServicesOfNode(tx: WriteTx, index: number, place: Place, node: string): Sliced<void> {
  let seen = 0;
  for (const {Service} of tx.prefix(place.Services, place.prefix(node))) {
    bumpService(tx, index, place, Service);
    if (++seen % instancesPerStep === 0) yield;
  }
}

/** The instance is gone from the tables: its service's entry moves, or goes with the last of its name. */
export function bumpDeletedService(tx: WriteTx, index: number, place: Place, service: NodeService): void {
  if (tx.byIndex(place.Services, 'name').count(place.prefix(service.Service)) > 0) {
    bumpService(tx, index, place, service);
    return;
  }
  tx.deleteIndex(place.indexNames.service(service.Service));
  tx.setIndex(place.indexNames.serviceExtinction, index);
  bumpKind(tx, index, place, kindOf(service));
}

function bumpKind(tx: WriteTx, index: number, {indexNames}: Place, kind: string): void {
  tx.setIndex(`service_kind.${kind}`, index);
  tx.setIndex(indexNames.kind(kind), index);
}
