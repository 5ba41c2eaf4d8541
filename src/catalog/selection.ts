import {type MetaFilters} from './node-queries.ts';
import {type ServiceSpecificRequest} from './requests.ts';
import {type ServiceSelection} from './service-queries.ts';

/** What a request about a service's instances asks for. Tags do not count where the mesh is asked for (http-core.md §11). */
export function selectionOf(request: ServiceSpecificRequest): ServiceSelection {
  const {ServiceName, Connect, TagFilter, ServiceTag, ServiceTags, ServiceAddress, NodeMetaFilters, PeerName} = request;
  const legacyTag = ServiceTag === '' ? [] : [ServiceTag];
  return {
    name: ServiceName,
    connect: Connect,
    tags: TagFilter && !Connect ? [...(ServiceTags ?? legacyTag)] : [],
    address: ServiceAddress,
    nodeMeta: NodeMetaFilters,
    peer: PeerName,
  };
}

/** The same text for the same selection, whatever its capitals. */
export function selectionKey({name, connect, tags, address, nodeMeta, peer}: ServiceSelection): string {
  if (tags.length === 0 && address === '' && peer === '' && (nodeMeta === null || nodeMeta.size === 0)) return `${connect ? 'c' : 's'}${name.toLowerCase()}`;
  return JSON.stringify([connect, name.toLowerCase(), tags.map((tag) => tag.toLowerCase()).sort(), address, metaKey(nodeMeta), peer]);
}

export function metaKey(filters: MetaFilters): string {
  return filters === null || filters.size === 0 ? '' : JSON.stringify([...filters].sort());
}
