const MAX_PAIRS = 64;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 512;

/**
 * Consul's rules for metadata of nodes and services.
 * @param reserved whether `consul-` keys are allowed (they are in services that Consul itself registers)
 * @returns what is wrong, in Consul's words, or undefined
 */
export function metadataFault(meta: Readonly<Record<string, string>>, reserved = false): string | undefined {
  const pairs = Object.entries(meta);
  if (pairs.length > MAX_PAIRS) return `Node metadata cannot contain more than ${MAX_PAIRS} key/value pairs`;
  for (const [key, value] of pairs) {
    const reason = pairFault(key, value, reserved);
    if (reason !== undefined) return `Couldn't load metadata pair ('${key}', '${value}'): ${reason}`;
  }
  return undefined;
}

function pairFault(key: string, value: string, reserved: boolean): string | undefined {
  if (key === '') return 'Key cannot be blank';
  if (!/^[a-zA-Z0-9_-]+$/.test(key)) return 'Key contains invalid characters';
  if (key.length > MAX_KEY_LENGTH) return `Key is too long (limit: ${MAX_KEY_LENGTH} characters)`;
  if (key.startsWith('consul-') && !reserved) return "Key prefix 'consul-' is reserved for internal use";
  if (Buffer.byteLength(value) > MAX_VALUE_LENGTH) return `Value is too long (limit: ${MAX_VALUE_LENGTH} characters)`;
  return undefined;
}
