import {type CatalogOfNode} from '../../src/agent/local/catalog-difference.ts';
import {type SyncWrite} from '../../src/agent/local/sync-write.ts';
import {type HealthCheck, type Node, type NodeService} from '../../src/catalog/schema.ts';

/** What a server would keep of one node: takes an agent's writes as `Catalog.Register` and `Catalog.Deregister` do. */
export class PretendCatalog {
  node: Node | null = null;
  readonly services = new Map<string, NodeService>();
  readonly checks = new Map<string, HealthCheck>();
  /** Every write that was taken, as `register web`, `deregister check mem`, `node`. */
  readonly taken: string[] = [];

  take({subject, id, call}: SyncWrite): void {
    this.taken.push(subject === 'node' ? 'node' : `${call.kind} ${subject} ${id}`);
    if (call.kind === 'deregister') {
      const {ServiceID, CheckID} = call.request;
      if (ServiceID !== '') this.#removeService(ServiceID);
      this.checks.delete(CheckID);
      return;
    }
    const {ID, Node: name, Address, Datacenter, TaggedAddresses, NodeMeta, Locality, Service, Check, Checks} = call.request;
    this.node = {ID, Node: name, Address, Datacenter, Partition: '', PeerName: '', TaggedAddresses, Meta: NodeMeta, Locality, CreateIndex: 1, ModifyIndex: 1};
    if (Service !== null) this.services.set(Service.ID, Service);
    for (const check of [...(Check === null ? [] : [Check]), ...(Checks ?? [])]) {
      if (check.ServiceID !== '' && !this.services.has(check.ServiceID)) throw new Error(`Unknown service ID '${check.ServiceID}' for check ID '${check.CheckID}'`);
      this.checks.set(check.CheckID, check);
    }
  }

  read(): CatalogOfNode {
    return {node: this.node, services: [...this.services.values()], checks: [...this.checks.values()]};
  }

  #removeService(id: string): void {
    this.services.delete(id);
    for (const [checkId, check] of this.checks) if (check.ServiceID === id) this.checks.delete(checkId);
  }
}
