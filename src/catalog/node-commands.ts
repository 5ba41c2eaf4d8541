import {type ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Reader} from '../store/reader.ts';
import {equalMaps} from './equal.ts';
import {nameReserved, nodeRefused} from './errors.ts';
import {bumpNode, bumpServicesOfNode, bumpTable} from './index-rules.ts';
import {type Node} from './schema.ts';
import {deleteServiceRow} from './service-commands.ts';
import {deleteCheckRow} from './check-commands.ts';
import {Checks, checkKey, folded, foldedPrefix, indexNames, Nodes, Services} from './tables.ts';

/** By name, whatever its capitals. */
export function nodeByName(reader: Reader, name: string): Node | undefined {
  return reader.get(Nodes, folded(name));
}

export function nodeById(reader: Reader, id: string): Node | undefined {
  return id === '' ? undefined : reader.byIndex(Nodes, 'id').get(folded(id));
}

/**
 * Writes a node, unless nothing of it would differ. One that comes under a new name with its old id is a node renamed:
 * the old one goes, with all that was on it (http-core.md §21.3).
 */
export function ensureNode(context: ApplyContext, node: Node): ConsulError | undefined {
  const {tx, index} = context;
  let known = nodeById(tx, node.ID);
  if (known === undefined || folded(known.Node) !== folded(node.Node)) {
    const refused = takeName(context, node, known !== undefined);
    if (refused !== undefined) return refused;
    if (known === undefined) known = nodeByName(tx, node.Node);
    else deleteNodeRow(context, known);
  } else if (isSameNode(known, node)) {
    return undefined;
  }
  if (known !== undefined && folded(known.Node) === folded(node.Node) && isSameNode(known, node)) return undefined;
  tx.put(Nodes, {...node, CreateIndex: known?.CreateIndex ?? index, ModifyIndex: index});
  bumpNode(tx, index, node.Node);
  bumpServicesOfNode(tx, index, node.Node);
  return undefined;
}

/** Writes only onto the node that the caller last saw; index 0 means: there is none. */
export function ensureNodeCas(context: ApplyContext, node: Node): boolean | ConsulError {
  const known = nodeByName(context.tx, node.Node);
  if (node.ModifyIndex !== (known?.ModifyIndex ?? 0)) return false;
  return ensureNode(context, node) ?? true;
}

/** Takes a node out, with its instances, checks, coordinates and sessions. Nothing happens when there is none. */
export function deleteNode(context: ApplyContext, name: string): void {
  const node = nodeByName(context.tx, name);
  if (node !== undefined) deleteNodeRow(context, node);
}

export function deleteNodeCas(context: ApplyContext, name: string, modifyIndex: number): boolean {
  const node = nodeByName(context.tx, name);
  if (node === undefined || node.ModifyIndex !== modifyIndex) return false;
  deleteNodeRow(context, node);
  return true;
}

function deleteNodeRow(context: ApplyContext, node: Node): void {
  const {tx, index, neighbours} = context;
  for (const row of tx.prefix(Services, foldedPrefix(node.Node)).toArray()) deleteServiceRow(context, row);
  for (const check of tx.prefix(Checks, foldedPrefix(node.Node)).toArray()) deleteCheckRow(context, check);
  tx.delete(Nodes, Nodes.keyOf(node));
  bumpTable(tx, index, 'nodes');
  tx.deleteIndex(indexNames.node(node.Node));
  tx.setIndex(indexNames.nodeExtinction, index);
  neighbours.nodeDeleted(context, node.Node);
}

/** A name belongs to the node that has it while that node is alive; one without an id gives it to a node that is new. */
function takeName({tx}: ApplyContext, node: Node, isRename: boolean): ConsulError | undefined {
  const owner = nodeByName(tx, node.Node);
  if (owner === undefined || node.ID === '' || folded(owner.ID) === folded(node.ID)) return undefined;
  if (owner.ID === '' && !isRename) return undefined;
  const health = tx.get(Checks, checkKey(owner.Node, 'serfHealth'));
  if (health === undefined || health.Status === 'critical') return undefined;
  return nodeRefused(node, isRename, nameReserved(node.Node, owner));
}

function isSameNode(a: Node, b: Node): boolean {
  return (
    a.ID === b.ID &&
    a.Address === b.Address &&
    a.Datacenter === b.Datacenter &&
    equalMaps(a.TaggedAddresses, b.TaggedAddresses) &&
    equalMaps(a.Meta, b.Meta) &&
    a.Locality?.Region === b.Locality?.Region &&
    a.Locality?.Zone === b.Locality?.Zone
  );
}
