import {checkOf} from '../../catalog/check-commands.ts';
import {nodeByName} from '../../catalog/node-commands.ts';
import {serviceOf} from '../../catalog/service-commands.ts';
import {Nodes} from '../../catalog/tables.ts';
import {type Store} from '../../store/store.ts';
import {type ReconciledCatalog} from './member-reconciler.ts';
import {serfHealth} from './reconcile-member.ts';

/** The catalog of this server, as it is at each call. */
export function memberCatalog(store: Store): ReconciledCatalog {
  return {
    node: (name) => nodeByName(store.view(), name),
    service: (node, serviceId) => serviceOf(store.view(), node, serviceId),
    check: (node, checkId) => checkOf(store.view(), node, checkId),
    nodesOfAgents: () => {
      const view = store.view();
      const names = view.all(Nodes).toArray().map(({Node}) => Node);
      return names.filter((name) => checkOf(view, name, serfHealth) !== undefined);
    },
  };
}
