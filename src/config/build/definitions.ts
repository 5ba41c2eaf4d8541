import {type Block, type ConfigValue} from '../decode.ts';
import {goQuote} from '../../schema/go-quote.ts';
import {metadataFault} from '../../schema/metadata.ts';
import {type CheckDefinition, type RawObject, type RawValue, type ServiceDefinition} from '../definition-types.ts';
import {parseDurationMs} from './merged-values.ts';

const DEFAULT_OUTPUT_MAX_BYTES = 4096;
const MAX_WEIGHT = 65535;
const KINDS = new Set(['connect-proxy', 'mesh-gateway', 'terminating-gateway', 'ingress-gateway', 'api-gateway']);

class BlockReader {
  readonly #block: Block;
  readonly #errors: string[];

  constructor(block: Block, errors: string[]) {
    this.#block = block;
    this.#errors = errors;
  }

  text(path: string): string {
    return (this.#block.get(path) as string | undefined) ?? '';
  }

  number(path: string, otherwise = 0): number {
    return (this.#block.get(path) as number | undefined) ?? otherwise;
  }

  flag(path: string, otherwise = false): boolean {
    return (this.#block.get(path) as boolean | undefined) ?? otherwise;
  }

  get<T>(path: string): T | undefined {
    return this.#block.get(path) as T | undefined;
  }

  durationMs(name: string): number {
    const text = this.#block.get(name) as string | undefined;
    return text === undefined ? 0 : parseDurationMs(`check[].${name}`, text, this.#errors);
  }
}

/** A check block as a definition. Bad durations add to `errors`. */
export function buildCheck(block: Block, errors: string[]): CheckDefinition {
  const read = new BlockReader(block, errors);
  const failuresBeforeCritical = read.number('failures_before_critical');
  return {
    id: read.text('id'),
    name: read.text('name'),
    notes: read.text('notes'),
    serviceId: read.text('service_id'),
    token: read.text('token'),
    status: read.text('status'),
    scriptArgs: read.get<readonly string[]>('args') ?? [],
    shell: read.text('shell'),
    dockerContainerId: read.text('docker_container_id'),
    http: read.text('http'),
    method: read.text('method'),
    header: read.get<Readonly<Record<string, readonly string[]>>>('header') ?? {},
    body: read.text('body'),
    disableRedirects: read.flag('disable_redirects'),
    tcp: read.text('tcp'),
    tcpUseTls: read.flag('tcp_use_tls'),
    udp: read.text('udp'),
    grpc: read.text('grpc'),
    grpcUseTls: read.flag('grpc_use_tls'),
    h2ping: read.text('h2ping'),
    h2pingUseTls: read.flag('h2ping_use_tls', read.text('h2ping') !== ''),
    osService: read.text('os_service'),
    tlsServerName: read.text('tls_server_name'),
    tlsSkipVerify: read.flag('tls_skip_verify'),
    aliasNode: read.text('alias_node'),
    aliasService: read.text('alias_service'),
    intervalMs: read.durationMs('interval'),
    timeoutMs: read.durationMs('timeout'),
    ttlMs: read.durationMs('ttl'),
    successBeforePassing: read.number('success_before_passing'),
    failuresBeforeWarning: read.number('failures_before_warning', failuresBeforeCritical),
    failuresBeforeCritical,
    deregisterCriticalServiceAfterMs: read.durationMs('deregister_critical_service_after'),
    outputMaxBytes: read.number('output_max_size', DEFAULT_OUTPUT_MAX_BYTES),
  };
}

/** A service block as a definition. What is wrong adds to `errors` (config.md §3). */
export function buildService(block: Block, errors: string[]): ServiceDefinition {
  const read = new BlockReader(block, errors);
  const single = read.get<Block>('check');
  const checks = [...(read.get<readonly Block[]>('checks') ?? []), ...(single === undefined ? [] : [single])];
  const sidecar = read.get<Block>('connect.sidecar_service');
  const name = read.text('name');
  const meta = read.get<Readonly<Record<string, string>>>('meta') ?? {};
  const weights = {passing: read.number('weights.passing', 1), warning: read.number('weights.warning', 1)};
  const fault = metadataFault(new Map(Object.entries(meta)));
  if (fault !== undefined) errors.push(`invalid meta for service ${name}: ${fault}`);
  const weightFault = weightsFault(weights);
  if (weightFault !== undefined) errors.push(`Invalid weight definition for service ${name}: ${weightFault}`);
  if (read.text('socket_path') !== '' && (read.text('address') !== '' || read.number('port') !== 0)) {
    errors.push(`service ${name} cannot have both socket path ${read.text('socket_path')} and address/port`);
  }
  const region = read.text('locality.region');
  const zone = read.text('locality.zone');
  return {
    kind: KINDS.has(read.text('kind')) ? read.text('kind') : '',
    id: read.text('id'),
    name,
    tags: read.get<readonly string[]>('tags') ?? [],
    address: read.text('address'),
    taggedAddresses: taggedAddresses(read.get<ReadonlyMap<string, Block>>('tagged_addresses')),
    meta,
    port: read.number('port'),
    socketPath: read.text('socket_path'),
    token: read.text('token'),
    enableTagOverride: read.flag('enable_tag_override'),
    weights,
    checks: checks.map((check) => buildCheck(check, errors)),
    locality: region === '' && zone === '' ? null : {region, zone},
    proxy: subtree(block, 'proxy.'),
    connectNative: read.flag('connect.native'),
    sidecarService: sidecar === undefined ? null : buildService(sidecar, errors),
  };
}

function weightsFault({passing, warning}: ServiceDefinition['weights']): string | undefined {
  if (passing < 1) return 'Passing must be greater than 0';
  if (warning < 0) return 'Warning must be greater or equal than 0';
  if (passing > MAX_WEIGHT) return `Passing must not exceed ${MAX_WEIGHT}`;
  return warning > MAX_WEIGHT ? `Warning must not exceed ${MAX_WEIGHT}` : undefined;
}

function taggedAddresses(blocks: ReadonlyMap<string, Block> | undefined): ServiceDefinition['taggedAddresses'] {
  const entries = [...(blocks ?? [])].map(([tag, block]) => [tag, {address: (block.get('address') as string | undefined) ?? '', port: (block.get('port') as number | undefined) ?? 0}] as const);
  return Object.fromEntries(entries);
}

/** The keys under a prefix as one object again; null when there are none. */
function subtree(block: Block, prefix: string): RawObject | null {
  const root: Record<string, RawValue> = {};
  let found = false;
  for (const [path, value] of block) {
    if (!path.startsWith(prefix)) continue;
    found = true;
    const names = path.slice(prefix.length).split('.');
    let object = root;
    for (const name of names.slice(0, -1)) {
      const inner = (object[name] ?? {}) as Record<string, RawValue>;
      object[name] = inner;
      object = inner;
    }
    object[names.at(-1) ?? ''] = rawOf(value);
  }
  return found ? root : null;
}

function rawOf(value: ConfigValue): RawValue {
  if (value instanceof Map) return subtree(value as Block, '') ?? {};
  if (Array.isArray(value)) return (value as readonly ConfigValue[]).map(rawOf);
  return value as RawValue;
}

/** What is wrong with a check, in Consul's words, or undefined. */
export function checkFault(check: CheckDefinition): string | undefined {
  const alias = check.aliasNode !== '' || check.aliasService !== '';
  const polled = check.scriptArgs.length > 0 || [check.http, check.tcp, check.udp, check.grpc, check.h2ping, check.osService, check.dockerContainerId].some((target) => target !== '');
  if (check.intervalMs > 0 && check.ttlMs > 0) return 'Interval and TTL cannot both be specified';
  if (polled && !alias && check.intervalMs <= 0) return 'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks';
  if (!polled && !alias && check.ttlMs <= 0) return 'TTL must be > 0 for TTL checks';
  if (alias && check.intervalMs !== 0) return 'Interval cannot be set for Alias checks';
  if (alias && check.ttlMs !== 0) return 'TTL must be not be set for Alias checks';
  if (check.outputMaxBytes < 0) return 'MaxOutputMaxSize must be positive';
  if (check.failuresBeforeWarning > check.failuresBeforeCritical) return "FailuresBeforeWarning can't be higher than FailuresBeforeCritical";
  return undefined;
}

/** What is wrong with a service or one of its checks, or undefined. */
export function serviceFault(service: ServiceDefinition): string | undefined {
  for (const check of service.checks) {
    const fault = checkFault(check);
    if (fault !== undefined) return `service ${goQuote(service.name)}: check ${goQuote(check.name)}: ${fault}`;
  }
  if (service.sidecarService === null) return undefined;
  if (service.sidecarService.id !== '') return "sidecar_service can't specify an ID";
  return service.sidecarService.sidecarService === null ? undefined : "sidecar_service can't have a nested sidecar_service";
}
