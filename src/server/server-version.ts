/** Version of Consul: major, minor, patch. */
export type ServerVersion = readonly [number, number, number];

/** What an agent's tag `build` says (gossip.md §15.2); undefined when it says nothing that can be read. */
export function buildVersion(build: string | undefined): ServerVersion | undefined {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(build ?? '');
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3])];
}

/** Whether a server is of the version `since`, or newer. */
export function isAtLeast(version: ServerVersion, since: ServerVersion): boolean {
  const [major, minor, patch] = version;
  if (major !== since[0]) return major > since[0];
  return minor === since[1] ? patch >= since[2] : minor > since[1];
}
