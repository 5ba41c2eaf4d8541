import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {type View} from '../store/view.ts';
import {nodeOf} from './commands.ts';
import {restoreKindNames} from './kind-names.ts';
import {restoreUpstreams} from './mesh-topology.ts';
import {type Node, RegisterRequest} from './schema.ts';
import {ImportedNodes, Nodes, placeOf} from './tables.ts';

/** Record 0: each node, then its instances, then its checks, all as registrations (rpc-raft.md §17). */
export const catalogRecords: SnapshotRecords = {
  types: [0],
  order: 3,
  *write(view) {
    for (const node of view.all(Nodes)) yield* recordsOf(view, node);
    for (const node of view.all(ImportedNodes)) yield* recordsOf(view, node);
  },
  restore(tx, _type, value) {
    const request = RegisterRequest.fromMsgpack(value);
    const {Node: node, Service, Check, Locality, CreateIndex, ModifyIndex} = request;
    const place = placeOf(request.PeerName);
    if (Service !== null) {
      tx.put(place.Services, {Node: node, Service});
      if (place.peer === '') {
        restoreKindNames(tx, Service);
        restoreUpstreams(tx, node, Service);
      }
    } else if (Check !== null) tx.put(place.Checks, Check);
    else tx.put(place.Nodes, {...nodeOf(request), Locality, CreateIndex, ModifyIndex});
  },
};

function* recordsOf(view: View, node: Node): Iterable<{type: number; value: Uint8Array}> {
  const request = RegisterRequest.make({
    Datacenter: node.Datacenter,
    ID: node.ID,
    Node: node.Node,
    Address: node.Address,
    TaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    Locality: node.Locality,
    PeerName: node.PeerName,
    CreateIndex: node.CreateIndex,
    ModifyIndex: node.ModifyIndex,
  });
  yield {type: 0, value: RegisterRequest.toMsgpack(request)};
  const place = placeOf(node.PeerName);
  const prefix = place.prefix(node.Node);
  for (const {Service} of view.prefix(place.Services, prefix)) yield {type: 0, value: RegisterRequest.toMsgpack({...request, Service})};
  for (const Check of view.prefix(place.Checks, prefix)) yield {type: 0, value: RegisterRequest.toMsgpack({...request, Check})};
}
