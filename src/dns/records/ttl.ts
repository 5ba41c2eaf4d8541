/** A service's TTL in whole seconds (dns.md §5): its exact name, else the longest `prefix*`, else 0. */
export function serviceTtlSeconds(service: string, ttlMs: Readonly<Record<string, number>>): number {
  let found = Object.hasOwn(ttlMs, service) ? ttlMs[service] : undefined;
  let length = -1;
  if (found === undefined) {
    for (const [key, value] of Object.entries(ttlMs)) {
      if (!key.endsWith('*') || key.length <= length || !service.startsWith(key.slice(0, -1))) continue;
      found = value;
      length = key.length;
    }
  }
  return wholeSeconds(found ?? 0);
}

/** Parts of a second are cut. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
