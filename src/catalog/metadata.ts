const pairsMax = 64;
const keyCharsMax = 128;
const valueCharsMax = 512;
const reservedPrefix = 'consul-';

/** What is wrong with the metadata of a node or service, in Consul's words; undefined when nothing is (http-core.md §9.3). */
export function invalidMetadata(meta: ReadonlyMap<string, string> | null, allowReserved: boolean): string | undefined {
  if (meta === null) return undefined;
  if (meta.size > pairsMax) return `Node metadata cannot contain more than ${pairsMax} key/value pairs`;
  for (const [key, value] of meta) {
    const problem = problemOf(key, value, allowReserved);
    if (problem !== undefined) return `Couldn't load metadata pair ('${key}', '${value}'): ${problem}`;
  }
  return undefined;
}

function problemOf(key: string, value: string, allowReserved: boolean): string | undefined {
  if (key === '') return 'Key cannot be blank';
  if (!/^[a-zA-Z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > keyCharsMax) return `Key is too long (limit: ${keyCharsMax} characters)`;
  if (key.startsWith(reservedPrefix) && !allowReserved) return `Key prefix '${reservedPrefix}' is reserved for internal use`;
  if (value.length > valueCharsMax) return `Value is too long (limit: ${valueCharsMax} characters)`;
  return undefined;
}
