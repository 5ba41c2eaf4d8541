/** A value from a config file whose shape only its consumer knows (`any` in Go). */
export type RawValue = string | number | boolean | null | readonly RawValue[] | {readonly [key: string]: RawValue};
export type RawObject = {readonly [key: string]: RawValue};

/** A check of a config file (config.md §7.2): canonical snake_case keys, durations checked and in ms. */
export interface CheckDefinition {
  readonly id: string;
  readonly name: string;
  readonly notes: string;
  readonly serviceId: string;
  readonly token: string;
  readonly status: string;
  readonly scriptArgs: readonly string[];
  readonly shell: string;
  readonly dockerContainerId: string;
  readonly http: string;
  readonly method: string;
  readonly header: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly disableRedirects: boolean;
  readonly tcp: string;
  readonly tcpUseTls: boolean;
  readonly udp: string;
  readonly grpc: string;
  readonly grpcUseTls: boolean;
  readonly h2ping: string;
  /** true by default when h2ping is set */
  readonly h2pingUseTls: boolean;
  readonly osService: string;
  readonly tlsServerName: string;
  readonly tlsSkipVerify: boolean;
  readonly aliasNode: string;
  readonly aliasService: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly ttlMs: number;
  readonly successBeforePassing: number;
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
  readonly deregisterCriticalServiceAfterMs: number;
  readonly outputMaxBytes: number;
}

/** A service of a config file (config.md §7.1). */
export interface ServiceDefinition {
  readonly kind: string;
  /** '' = same as name */
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly address: string;
  readonly taggedAddresses: Readonly<Record<string, {readonly address: string; readonly port: number}>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly port: number;
  readonly socketPath: string;
  readonly token: string;
  readonly enableTagOverride: boolean;
  readonly weights: {readonly passing: number; readonly warning: number};
  /** the `checks` list, then `check` */
  readonly checks: readonly CheckDefinition[];
  readonly locality: {readonly region: string; readonly zone: string} | null;
  /** The raw block, in snake_case; null when absent. */
  readonly proxy: RawObject | null;
  readonly connectNative: boolean;
  readonly sidecarService: ServiceDefinition | null;
}
