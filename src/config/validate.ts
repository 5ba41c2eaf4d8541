import {readFileSync, statSync} from 'node:fs';
import {listenerClash} from './build/addresses.ts';
import {checkFault, serviceFault} from './build/definitions.ts';
import {errorCode} from '../runtime/system-error.ts';
import {ConfigError} from './config-error.ts';
import {decodeGoBase64, GoBase64Error} from '../schema/go-base64.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../schema/go-duration.ts';
import {goQuote} from '../schema/go-quote.ts';
import {metadataFault} from '../schema/metadata.ts';
import {type RuntimeConfig} from './runtime-config.ts';

const MIN_REJOIN_AGE_MS = 6 * 3_600_000;
/** File descriptors the agent wants for itself, besides its clients' connections. */
const RESERVED_FILE_DESCRIPTORS = 20;
const DEPLOYMENT_TABLE = 'https://developer.hashicorp.com/docs/internals/consensus.html#deployment-table';

/**
 * Refuses what cannot run, in Consul's order and words (config.md §3), and warns of what should not.
 * @param bootstrapExpect as written (1 has become `bootstrap` in the configuration)
 * @throws ConfigError
 */
export function validateConfig(config: RuntimeConfig, bootstrapExpect: number, warnings: string[]): void {
  const checks = [validateIdentity, validateNetwork, validateUi, validateSizes, validateDefinitions];
  for (const check of checks) check(config, bootstrapExpect);
  validateBootstrap(config, bootstrapExpect, warnings);
  warnOfNames(config, warnings);
  warnOfStreaming(config, warnings);
}

function refuse(text: string): never {
  throw new ConfigError(text);
}

function validateIdentity(config: RuntimeConfig): void {
  if (config.datacenter === '') refuse('datacenter cannot be empty');
  if (!/^[a-z0-9_-]+$/.test(config.datacenter)) {
    refuse(`datacenter can only contain lowercase alphanumeric, - or _ characters. received: ${goQuote(config.datacenter)}`);
  }
  if (config.dataDir === '' && !config.devMode) refuse('data_dir cannot be empty');
  if (!/^[a-z0-9_-]+$/.test(config.primaryDatacenter)) {
    refuse(`primary_datacenter can only contain lowercase alphanumeric, - or _ characters. received: ${goQuote(config.primaryDatacenter)}`);
  }
  if (!config.devMode) {
    const entry = statSync(config.dataDir, {throwIfNoEntry: false});
    if (entry !== undefined && !entry.isDirectory()) refuse(`data_dir ${goQuote(config.dataDir)} is not a directory`);
  }
  if (config.node.name === '') refuse('node_name cannot be empty');
  if (config.raft.protocol !== 3) refuse(`raft_protocol version ${config.raft.protocol} is not supported by this version of Consul`);
  if (config.server && config.dataDir !== '' && statSync(`${config.dataDir}/mdb`, {throwIfNoEntry: false}) !== undefined) {
    refuse(`CRITICAL: Deprecated data folder found at "${config.dataDir}/mdb"!\nConsul will refuse to boot with this directory present.\nSee https://developer.hashicorp.com/docs/upgrade-specific.html for more information.`);
  }
  const metaFault = metadataFault(new Map(Object.entries(config.node.meta)));
  if (metaFault !== undefined) refuse(`node_meta invalid: ${metaFault}`);
  if (config.node.locality !== null && config.node.locality.region === '' && config.node.locality.zone !== '') {
    refuse('locality is invalid: zone cannot be set without region');
  }
}

function validateNetwork(config: RuntimeConfig): void {
  const {ports, dns} = config.network;
  if (ports.server <= 0) refuse('server-port must be greater than zero');
  if (ports.serfLan <= 0) refuse('serf-lan-port must be greater than zero');
  for (const [name, min, max] of [['proxy', ports.proxyMin, ports.proxyMax], ['sidecar', ports.sidecarMin, ports.sidecarMax], ['expose', ports.exposeMin, ports.exposeMax]] as const) {
    if (min > 0 && max > 0 && max < min) refuse(`${name}_min_port must be less than ${name}_max_port. To disable, set both to zero.`);
  }
  for (const recursor of config.dns.recursors) {
    if (recursor.startsWith('unix:')) refuse(`DNS Recursors cannot be unix sockets: ${recursor}`);
    if (['0.0.0.0', '::', '[::]'].includes(recursor)) refuse('DNS recursor address cannot be 0.0.0.0, :: or [::]');
  }
  const reserved = ['service', 'connect', 'node', 'query', 'addr', config.datacenter];
  const first = config.dns.altDomain.split('.')[0] ?? '';
  if (first !== '' && reserved.includes(first.toLowerCase())) refuse(`alt_domain cannot start with {${reserved.join(',')}}`);
  if (dns.length > 0 && config.dns.udpAnswerLimit < 0) refuse(`dns_config.udp_answer_limit cannot be ${config.dns.udpAnswerLimit}. Must be greater than or equal to zero`);
  if (config.dns.aRecordLimit < 0) refuse(`dns_config.a_record_limit cannot be ${config.dns.aRecordLimit}. Must be greater than or equal to zero`);
  if (config.gossip.encryptKey !== '') validateKey(config.gossip.encryptKey);
  if (config.server && config.gossip.advertiseReconnectTimeoutMs > 0) refuse('advertise_reconnect_timeout can only be used on a client');
  if (config.tls.autoEncryptTls && config.server) refuse('auto_encrypt.tls can only be used on a client.');
  if (config.tls.autoEncryptAllowTls && !config.server) refuse('auto_encrypt.allow_tls can only be used on a server.');
  const clash = listenerClash(config.network, config.server);
  if (clash !== undefined) refuse(clash);
}

function validateKey(key: string): void {
  try {
    decodeGoBase64(key);
  } catch (error) {
    if (!(error instanceof GoBase64Error)) throw error;
    refuse(`encrypt has invalid key: ${error.message}`);
  }
}

function validateUi(config: RuntimeConfig): void {
  const {ui} = config;
  if (ui.enabled && ui.dir !== '' && !config.devMode) {
    refuse('Both the ui_config.enabled and ui_config.dir (or -ui and -ui-dir) were specified, please provide only one.\nIf trying to use your own web UI resources, use ui_config.dir or the -ui-dir flag.\nThe web UI is included in the binary so use ui_config.enabled or the -ui flag to enable it');
  }
  if (!/^[A-Za-z0-9_/-]+$/.test(ui.contentPath)) refuse(`ui-content-path can only contain alphanumeric, -, _, or /. received: ${goQuote(ui.contentPath)}`);
  if (/^\/v[0-9]+\//.test(ui.contentPath)) refuse(`ui-content-path cannot have 'v[0-9]'. received: ${goQuote(ui.contentPath)}`);
  if (ui.metricsProvider !== '' && !/^[a-z0-9_-]+$/.test(ui.metricsProvider)) {
    refuse(`ui_config.metrics_provider can only contain lowercase alphanumeric, - or _ characters. received: ${goQuote(ui.metricsProvider)}`);
  }
  for (const path of ui.metricsProxy.pathAllowlist) {
    if (!path.startsWith('/')) refuse(`ui_config.metrics_proxy.path_allowlist: path ${goQuote(path)} is not an absolute path`);
  }
  const isWebUrl = (url: string): boolean => /^https?:\/\/./.test(url);
  if (ui.metricsProxy.baseUrl !== '' && !isWebUrl(ui.metricsProxy.baseUrl)) {
    refuse(`ui_config.metrics_proxy.base_url must be a valid http or https URL. received: ${goQuote(ui.metricsProxy.baseUrl)}`);
  }
  for (const url of Object.values(ui.dashboardUrlTemplates)) {
    if (!isWebUrl(url)) refuse(`ui_config.dashboard_url_templates values must be a valid http or https URL. received: ${goQuote(url)}`);
  }
}

function validateSizes(config: RuntimeConfig, bootstrapExpect: number): void {
  if (bootstrapExpect < 0) refuse(`bootstrap_expect cannot be ${bootstrapExpect}. Must be greater than or equal to zero`);
  if (config.raft.autopilot.maxTrailingLogs < 0) refuse(`autopilot.max_trailing_logs cannot be ${config.raft.autopilot.maxTrailingLogs}. Must be greater than or equal to zero`);
  if (config.checks.outputMaxBytes < 1) refuse('check_output_max_size must be positive, to discard check output use the discard_check_output flag');
  const multiplier = config.performance.raftMultiplier;
  if (multiplier < 1 || multiplier > 10) refuse(`performance.raft_multiplier cannot be ${multiplier}. Must be between 1 and 10`);
  if (config.serverRejoinAgeMaxMs < MIN_REJOIN_AGE_MS) {
    refuse(`server_rejoin_age_max: duration '${formatGoDuration(config.serverRejoinAgeMaxMs * NANOS_PER_MILLISECOND)}' cannot be less than: 6h0m0s`);
  }
  if (config.cache.entryFetchMaxBurst <= 0) refuse(`cache.entry_fetch_max_burst must be strictly positive, was: ${config.cache.entryFetchMaxBurst}`);
  if (config.cache.entryFetchRatePerSecond <= 0) refuse(`cache.entry_fetch_rate must be strictly positive, was: ${config.cache.entryFetchRatePerSecond}`);
  const limit = openFilesLimit();
  const wanted = config.limits.httpMaxConnsPerClient + RESERVED_FILE_DESCRIPTORS;
  if (wanted > limit) {
    refuse(`system allows a max of ${limit} file descriptors, but limits.http_max_conns_per_client: ${config.limits.httpMaxConnsPerClient} needs at least ${wanted}`);
  }
}

/** The most files this process may open; Infinity where the system does not say. */
function openFilesLimit(): number {
  try {
    const line = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return line?.[1] === undefined || line[1] === 'unlimited' ? Infinity : Number(line[1]);
  } catch (error) {
    // Only Linux has this file; elsewhere nothing is checked.
    if (errorCode(error) === 'ENOENT') return Infinity;
    throw error;
  }
}

const CONFIG_ENTRY_KINDS = new Set([
  'service-defaults', 'proxy-defaults', 'service-router', 'service-splitter', 'service-resolver', 'ingress-gateway', 'terminating-gateway',
  'service-intentions', 'mesh', 'exported-services', 'sameness-group', 'api-gateway', 'bound-api-gateway', 'inline-certificate',
  'file-system-certificate', 'http-route', 'tcp-route', 'jwt-provider',
]);

function validateDefinitions(config: RuntimeConfig): void {
  for (const [i, entry] of config.configEntriesBootstrap.entries()) {
    const kind = entry['kind'] ?? entry['Kind'];
    if (typeof kind !== 'string') refuse(`config_entries.bootstrap[${i}]: Payload does not contain a kind/Kind key at the top level`);
    if (!CONFIG_ENTRY_KINDS.has(kind)) refuse(`config_entries.bootstrap[${i}]: invalid config entry kind: ${kind}`);
  }
  for (const service of config.services) {
    const fault = serviceFault(service);
    if (fault !== undefined) refuse(fault);
  }
  for (const check of config.nodeChecks) {
    const fault = checkFault(check);
    if (fault !== undefined) refuse(`check ${goQuote(check.name)}: ${fault}`);
  }
}

function validateBootstrap(config: RuntimeConfig, expect: number, warnings: string[]): void {
  // A cluster of one bootstraps itself: from here on that is what was asked for.
  const {bootstrap} = config.raft;
  if (expect > 1) {
    if (config.devMode) refuse("'bootstrap_expect > 0' not allowed in dev mode");
    if (!config.server) refuse("'bootstrap_expect > 0' requires 'server = true'");
    if (bootstrap) refuse("'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive");
  }
  if (bootstrap && !config.server) refuse("'bootstrap = true' requires 'server = true'");
  if (expect === 1) warnings.push('BootstrapExpect is set to 1; this is the same as Bootstrap mode.');
  if (expect === 2) warnings.push(`bootstrap_expect = 2: A cluster with 2 servers will provide no failure tolerance. See ${DEPLOYMENT_TABLE}`);
  if (expect > 2 && expect % 2 === 0) warnings.push(`bootstrap_expect is even number: A cluster with an even number of servers does not achieve optimum fault tolerance. See ${DEPLOYMENT_TABLE}`);
  if (expect > 1) warnings.push(`bootstrap_expect > 0: expecting ${expect} servers`);
  if (bootstrap) warnings.push('bootstrap = true: do not enable unless necessary');
}

function warnOfStreaming({server, rpcEnableStreaming, useStreamingBackend}: RuntimeConfig, warnings: string[]): void {
  if (!server && rpcEnableStreaming) warnings.push('rpc.enable_streaming = true has no effect when not running in server mode');
  if (server && useStreamingBackend && !rpcEnableStreaming) warnings.push('use_streaming_backend = true requires rpc.enable_streaming on servers to work properly');
}

function warnOfNames(config: RuntimeConfig, warnings: string[]): void {
  if (!/^[a-z0-9-]+$/.test(config.datacenter)) {
    warnings.push(`Datacenter : ${goQuote(config.datacenter)} will not be PKI X.509 compatible due to invalid characters. Valid characters include lowercase alphanumeric characters with dashes in between.`);
  }
  if (!/^[a-zA-Z0-9-]+$/.test(config.node.name)) {
    warnings.push(`Node name ${goQuote(config.node.name)} will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes.`);
  } else if (config.node.name.length > 63) {
    warnings.push(`Node name ${goQuote(config.node.name)} will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and 63 bytes.`);
  }
  if (config.network.clientAddresses.length === 0) warnings.push('client_addr is empty, client services (DNS, HTTP, HTTPS, GRPC) will not be listening for connections');
  if (config.checks.enableRemoteScripts && !config.acl.enabled && config.http.allowWriteFrom.length === 0) {
    warnings.push('using enable-script-checks without ACLs and without allow_write_http_from is DANGEROUS, use enable-local-script-checks instead, see https://www.hashicorp.com/blog/protecting-consul-from-rce-risk-in-specific-configurations/');
  }
}
