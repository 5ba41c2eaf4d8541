/** What the members of a pool said when they were asked about their keys. */
export interface PoolKeysAnswer {
  readonly numNodes: number;
  /** Complaints by node. */
  readonly messages: Readonly<Record<string, string>>;
  /** How many nodes have each key (base64). */
  readonly keys: Readonly<Record<string, number>>;
  readonly primaryKeys: Readonly<Record<string, number>>;
  /** Why the operation counts as failed; null when all agreed. */
  readonly error: string | null;
}

/** The encryption keys of all members of one gossip pool, raw bytes each; so many other members also carry every answer as the relay factor says. */
export interface PoolKeys {
  list(relayFactor: number): Promise<PoolKeysAnswer>;
  install(key: Uint8Array, relayFactor: number): Promise<PoolKeysAnswer>;
  use(key: Uint8Array, relayFactor: number): Promise<PoolKeysAnswer>;
  remove(key: Uint8Array, relayFactor: number): Promise<PoolKeysAnswer>;
}
