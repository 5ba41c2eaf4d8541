import {defineTable} from '../store/table.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {type NodeService} from './schema.ts';
import {folded, foldedPrefix, serviceKey} from './tables.ts';

/** A service that another one sends requests to, because a proxy or a gateway says so. */
interface TopologyRow {
  readonly upstream: string;
  readonly downstream: string;
  /** The proxies that say so, by node and id; none for a gateway. */
  readonly proxies: readonly string[];
}

/** Who is an upstream of whom, for the topology that the UI shows; no record of a snapshot. */
const MeshTopology = defineTable({
  name: 'mesh-topology',
  key: ({upstream, downstream}: TopologyRow) => folded(upstream, downstream),
  indexes: {downstream: ({upstream, downstream}: TopologyRow) => folded(downstream, upstream)},
});

const indexName = 'mesh-topology';

/** A proxy was written, be it as it was before, which moves the index as well in Consul. */
export function noteUpstreams(tx: WriteTx, index: number, node: string, service: NodeService): void {
  if (service.Kind !== 'connect-proxy') return;
  const names = upstreamsOf(service);
  const dropped = forget(tx, node, service, new Set(names.map((name) => name.toLowerCase())));
  put(tx, node, service, names);
  if (names.length > 0 || dropped) tx.setIndex(indexName, index);
}

/** The same for a proxy out of a snapshot, whose index table comes from there too. */
export function restoreUpstreams(tx: WriteTx, node: string, service: NodeService): void {
  if (service.Kind === 'connect-proxy') put(tx, node, service, upstreamsOf(service));
}

/** A proxy is gone. */
export function forgetUpstreams(tx: WriteTx, index: number, node: string, service: NodeService): void {
  if (service.Kind === 'connect-proxy' && forget(tx, node, service, new Set())) tx.setIndex(indexName, index);
}

/** A gateway offers a service, or does so no more. */
export function putGatewayUpstream(tx: WriteTx, gateway: string, service: string): void {
  tx.put(MeshTopology, {upstream: service, downstream: gateway, proxies: []});
}

export function deleteGatewayUpstream(tx: WriteTx, gateway: string, service: string): void {
  tx.delete(MeshTopology, folded(service, gateway));
}

export function bumpTopology(tx: WriteTx, index: number): void {
  tx.setIndex(indexName, index);
}

function upstreamsOf({Proxy}: NodeService): readonly string[] {
  return (Proxy.Upstreams ?? []).filter(({DestinationType}) => DestinationType !== 'prepared_query').map(({DestinationName}) => DestinationName);
}

function put(tx: WriteTx, node: string, service: NodeService, names: readonly string[]): void {
  const downstream = service.Proxy.DestinationServiceName;
  const proxy = serviceKey(node, service.ID);
  for (const upstream of names) {
    const proxies = tx.get(MeshTopology, folded(upstream, downstream))?.proxies ?? [];
    tx.put(MeshTopology, {upstream, downstream, proxies: proxies.includes(proxy) ? proxies : [...proxies, proxy]});
  }
}

/** Takes the proxy out of all its rows but those of the upstreams to keep. @returns whether a row went with the last of its proxies */
function forget(tx: WriteTx, node: string, {ID, Proxy}: NodeService, keep: ReadonlySet<string>): boolean {
  const proxy = serviceKey(node, ID);
  let isGone = false;
  for (const row of tx.byIndex(MeshTopology, 'downstream').prefix(foldedPrefix(Proxy.DestinationServiceName)).toArray()) {
    if (!row.proxies.includes(proxy) || keep.has(row.upstream.toLowerCase())) continue;
    const proxies = row.proxies.filter((other) => other !== proxy);
    if (proxies.length > 0) {
      tx.put(MeshTopology, {...row, proxies});
      continue;
    }
    tx.delete(MeshTopology, MeshTopology.keyOf(row));
    isGone = true;
  }
  return isGone;
}
