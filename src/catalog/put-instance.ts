import {type ApplyContext} from '../fsm/apply-context.ts';
import {bumpNode, bumpService, bumpTable} from './index-rules.ts';
import {noteKindNames} from './kind-names.ts';
import {type NodeService} from './schema.ts';
import {placeOf} from './tables.ts';

/** Puts an instance as it is under the entry's index; whoever asks after it has news. */
export function putInstance({tx, index}: ApplyContext, node: string, service: NodeService): void {
  const place = placeOf(service.PeerName);
  const CreateIndex = tx.get(place.Services, place.key(node, service.ID))?.Service.CreateIndex ?? index;
  tx.put(place.Services, {Node: node, Service: {...service, CreateIndex, ModifyIndex: index}});
  bumpTable(tx, index, place, 'services');
  bumpNode(tx, index, place, node);
  bumpService(tx, index, place, service);
  if (place.peer === '') noteKindNames(tx, index, service);
}
