import {type ApplyContext} from '../fsm/apply-context.ts';
import {bumpNode, bumpService, bumpTable} from './index-rules.ts';
import {noteKindNames} from './kind-names.ts';
import {type NodeService} from './schema.ts';
import {serviceKey, Services} from './tables.ts';

/** Puts an instance as it is under the entry's index; whoever asks after it has news. */
export function putInstance({tx, index}: ApplyContext, node: string, service: NodeService): void {
  const CreateIndex = tx.get(Services, serviceKey(node, service.ID))?.Service.CreateIndex ?? index;
  tx.put(Services, {Node: node, Service: {...service, CreateIndex, ModifyIndex: index}});
  bumpTable(tx, index, 'services');
  bumpNode(tx, index, node);
  bumpService(tx, index, service);
  noteKindNames(tx, index, service);
}
