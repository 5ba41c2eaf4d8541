import {defineTable} from '../store/table.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {type NodeService} from './schema.ts';
import {folded, foldedPrefix, serviceKey} from './tables.ts';

/** A service that another one sends requests to, because a proxy or a gateway says so. */
interface TopologyRow {
  readonly upstream: string;
  readonly downstream: string;
  /**
   * The last proxy that said so, by node and id; none for a gateway. As in Consul, only its end takes the row away, be
   * there others that say so. The last in a snapshot may be another one, so that a server that came up from it differs in
   * this from those that did not, as real ones do among themselves.
   */
  readonly proxy: string | undefined;
}

/** Who is an upstream of whom, for the topology that the UI shows; no record of a snapshot. */
const MeshTopology = defineTable({
  name: 'mesh-topology',
  key: ({upstream, downstream}: TopologyRow) => folded(upstream, downstream),
  indexes: {downstream: ({upstream, downstream}: TopologyRow) => folded(downstream, upstream)},
});

const indexName = 'mesh-topology';

/**
 * A proxy was written, or an instance that is in the mesh by itself, be it as it was before, which moves the index as well in
 * Consul. What was an upstream of it and is none any more ends, whichever proxy said it last; that of another service than
 * it is in front of now stays.
 */
export function noteUpstreams(tx: WriteTx, index: number, node: string, service: NodeService, known: NodeService | undefined): void {
  if (service.Kind !== 'connect-proxy' && !service.Connect.Native) return;
  const names = upstreamsOf(service);
  const kept = new Set(names.map((name) => name.toLowerCase()));
  const dropped = (known?.Proxy.Upstreams ?? []).map(({DestinationName}) => DestinationName).filter((name) => !kept.has(name.toLowerCase()));
  for (const name of dropped) tx.delete(MeshTopology, folded(name, service.Proxy.DestinationServiceName));
  put(tx, node, service, names);
  if (names.length > 0 || dropped.length > 0) tx.setIndex(indexName, index);
}

/** The same for a proxy out of a snapshot, whose index table comes from there too. */
export function restoreUpstreams(tx: WriteTx, node: string, service: NodeService): void {
  if (service.Kind === 'connect-proxy') put(tx, node, service, upstreamsOf(service));
}

/** A proxy is gone. */
export function forgetUpstreams(tx: WriteTx, index: number, node: string, {Kind, ID, Proxy}: NodeService): void {
  if (Kind !== 'connect-proxy') return;
  const proxy = serviceKey(node, ID);
  for (const row of tx.byIndex(MeshTopology, 'downstream').prefix(foldedPrefix(Proxy.DestinationServiceName)).toArray()) {
    if (row.proxy !== proxy) continue;
    tx.delete(MeshTopology, MeshTopology.keyOf(row));
    tx.setIndex(indexName, index);
  }
}

/** A gateway offers a service, or does so no more. */
export function putGatewayUpstream(tx: WriteTx, gateway: string, service: string): void {
  tx.put(MeshTopology, {upstream: service, downstream: gateway, proxy: undefined});
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

function put(tx: WriteTx, node: string, {ID, Proxy}: NodeService, names: readonly string[]): void {
  for (const upstream of names) tx.put(MeshTopology, {upstream, downstream: Proxy.DestinationServiceName, proxy: serviceKey(node, ID)});
}
