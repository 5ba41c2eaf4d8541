import {type ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Sliced} from '../runtime/slices.ts';
import {type Reader} from '../store/reader.ts';
import {equalMaps} from './equal.ts';
import {nameReserved, nodeRefused} from './errors.ts';
import {bumpNode, bumpServicesOfNode, bumpTable} from './index-rules.ts';
import {type Node} from './schema.ts';
import {deleteServiceRow} from './service-commands.ts';
import {deleteCheckRow} from './check-commands.ts';
import {folded, placeOf} from './tables.ts';

/** By name, whatever its capitals. @param peer the one it was imported from; none: this datacenter's own */
export function nodeByName(reader: Reader, name: string, peer = ''): Node | undefined {
  const place = placeOf(peer);
  return reader.get(place.Nodes, place.key(name));
}

/** A node by its whole id, in any capitals; no node has the empty one. */
export function nodeById(reader: Reader, id: string, peer = ''): Node | undefined {
  const place = placeOf(peer);
  return id === '' ? undefined : reader.byIndex(place.Nodes, 'id').get(place.key(id));
}

/**
 * Writes a node, unless nothing of it would differ. One that comes under a new name with its old id is a node renamed:
 * the old one goes, with all that was on it (http-core.md §21.3).
 */
export function* ensureNode(context: ApplyContext, node: Node): Sliced<ConsulError | undefined> {
  const {tx, index} = context;
  const place = placeOf(node.PeerName);
  let known = nodeById(tx, node.ID, node.PeerName);
  if (known === undefined || folded(known.Node) !== folded(node.Node)) {
    const refused = takeName(context, node, known !== undefined);
    if (refused !== undefined) return refused;
    if (known === undefined) known = nodeByName(tx, node.Node, node.PeerName);
    else yield* deleteNodeRow(context, known);
  } else if (isSameNode(known, node)) {
    return undefined;
  }
  if (known !== undefined && folded(known.Node) === folded(node.Node) && isSameNode(known, node)) return undefined;
  tx.put(place.Nodes, {...node, CreateIndex: known?.CreateIndex ?? index, ModifyIndex: index});
  bumpNode(tx, index, place, node.Node);
  yield* bumpServicesOfNode(tx, index, place, node.Node);
  return undefined;
}

/** Writes only onto the node that the caller last saw; index 0 means: there is none. */
export function* ensureNodeCas(context: ApplyContext, node: Node): Sliced<boolean | ConsulError> {
  const known = nodeByName(context.tx, node.Node, node.PeerName);
  if (node.ModifyIndex !== (known?.ModifyIndex ?? 0)) return false;
  return (yield* ensureNode(context, node)) ?? true;
}

/** Takes a node out, with its instances, checks, coordinates and sessions. Nothing happens when there is none. */
export function* deleteNode(context: ApplyContext, name: string, peer = ''): Sliced<void> {
  const node = nodeByName(context.tx, name, peer);
  if (node !== undefined) yield* deleteNodeRow(context, node);
}

/** Removes a node with all that is on it, if it is still as it was written at `modifyIndex`. @returns whether it was */
export function* deleteNodeCas(context: ApplyContext, name: string, modifyIndex: number, peer = ''): Sliced<boolean> {
  const node = nodeByName(context.tx, name, peer);
  if (node === undefined || node.ModifyIndex !== modifyIndex) return false;
  yield* deleteNodeRow(context, node);
  return true;
}

function* deleteNodeRow(context: ApplyContext, node: Node): Sliced<void> {
  const {tx, index, neighbours} = context;
  const place = placeOf(node.PeerName);
  for (const row of tx.prefix(place.Services, place.prefix(node.Node))) {
    yield* deleteServiceRow(context, row);
    yield;
  }
  for (const check of tx.prefix(place.Checks, place.prefix(node.Node))) {
    yield* deleteCheckRow(context, check);
    yield;
  }
  tx.delete(place.Nodes, place.Nodes.keyOf(node));
  bumpTable(tx, index, place, 'nodes');
  tx.deleteIndex(place.indexNames.node(node.Node));
  tx.setIndex(place.indexNames.nodeExtinction, index);
  if (place.peer === '') yield* neighbours.nodeDeleted(context, node.Node);
}

/** A name belongs to the node that has it while that node is alive; one without an id gives it to a node that is new. */
function takeName({tx}: ApplyContext, node: Node, isRename: boolean): ConsulError | undefined {
  const owner = nodeByName(tx, node.Node, node.PeerName);
  if (owner === undefined || node.ID === '' || folded(owner.ID) === folded(node.ID)) return undefined;
  if (owner.ID === '' && !isRename) return undefined;
  const place = placeOf(node.PeerName);
  const health = tx.get(place.Checks, place.key(owner.Node, 'serfHealth'));
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
