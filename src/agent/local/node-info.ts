import {type Locality} from '../../catalog/service-parts.ts';
import {type Node} from '../../catalog/schema.ts';
import {sameAsWritten} from './same-as-written.ts';

/** What the agent tells the catalog of its own node (http-core.md §22). */
export interface NodeInfo {
  readonly id: string;
  readonly name: string;
  readonly datacenter: string;
  readonly address: string;
  readonly taggedAddresses: ReadonlyMap<string, string>;
  /** With `consul-network-segment` and `consul-version`. */
  readonly meta: ReadonlyMap<string, string>;
  readonly locality: Locality | null;
}

/** True when the catalog's node says what we would say. A changed address alone is not worth a write (agent-checks.md §12). */
export function isNodeInSync(info: NodeInfo, node: Node | null): boolean {
  return (
    node !== null &&
    node.ID === info.id &&
    sameAsWritten(node.TaggedAddresses, info.taggedAddresses) &&
    sameAsWritten(node.Meta, info.meta) &&
    sameAsWritten(node.Locality, info.locality)
  );
}
