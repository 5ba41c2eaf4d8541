import {metadataKeyBytesMax, metadataPairsMax, metadataValueBytesMax} from './limits.ts';

const reservedPrefix = 'consul-';

/**
 * What is wrong with the metadata of a node or service, in Consul's words; undefined when nothing is (http-core.md §9.3).
 * @param allowReserved whether keys may begin as Consul's own do
 */
export function metadataFault(meta: ReadonlyMap<string, string>, allowReserved = false): string | undefined {
  if (meta.size > metadataPairsMax) return `Node metadata cannot contain more than ${metadataPairsMax} key/value pairs`;
  for (const [key, value] of meta) {
    const why = pairFault(key, value, allowReserved);
    if (why !== undefined) return `Couldn't load metadata pair ('${key}', '${value}'): ${why}`;
  }
  return undefined;
}

/** The limits are Go's lengths, which are bytes, whatever the texts say. */
function pairFault(key: string, value: string, allowReserved: boolean): string | undefined {
  if (key === '') return 'Key cannot be blank';
  if (!/^[a-zA-Z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > metadataKeyBytesMax) return `Key is too long (limit: ${metadataKeyBytesMax} characters)`;
  if (key.startsWith(reservedPrefix) && !allowReserved) return `Key prefix '${reservedPrefix}' is reserved for internal use`;
  if (Buffer.byteLength(value) > metadataValueBytesMax) return `Value is too long (limit: ${metadataValueBytesMax} characters)`;
  return undefined;
}
