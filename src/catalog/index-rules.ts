import {type WriteTx} from '../store/write-tx.ts';
import {type NodeService} from './schema.ts';
import {foldedPrefix, indexNames, kindOf, Services} from './tables.ts';

type Names = 'nodes' | 'services' | 'checks';

/**
 * Which entries of Consul's index table each change of the catalog moves (http-core.md §21.2). The entries without a
 * peer's name are those of 1.8, which the newer servers still write.
 */

/** A whole table of the catalog changed. */
export function bumpTable(tx: WriteTx, index: number, table: Names): void {
  tx.setIndex(table, index);
  tx.setIndex(indexNames[table], index);
}

/** A node, or an instance on it, changed. */
export function bumpNode(tx: WriteTx, index: number, node: string): void {
  bumpTable(tx, index, 'nodes');
  tx.setIndex(indexNames.node(node), index);
}

/** What is known of a service's instances changed: one of them, its node, or a check of either. */
export function bumpService(tx: WriteTx, index: number, service: NodeService): void {
  tx.setIndex(indexNames.service(service.Service), index);
  bumpKind(tx, index, kindOf(service));
}

/** The node changed for all instances on it. */
export function bumpServicesOfNode(tx: WriteTx, index: number, node: string): void {
  for (const {Service} of tx.prefix(Services, foldedPrefix(node))) bumpService(tx, index, Service);
}

/** The instance is gone from the tables: its service's entry moves, or goes with the last of its name. */
export function bumpDeletedService(tx: WriteTx, index: number, service: NodeService): void {
  if (tx.byIndex(Services, 'name').count(foldedPrefix(service.Service)) > 0) {
    bumpService(tx, index, service);
    return;
  }
  tx.deleteIndex(indexNames.service(service.Service));
  tx.setIndex(indexNames.serviceExtinction, index);
  bumpKind(tx, index, kindOf(service));
}

function bumpKind(tx: WriteTx, index: number, kind: string): void {
  tx.setIndex(`service_kind.${kind}`, index);
  tx.setIndex(indexNames.kind(kind), index);
}
