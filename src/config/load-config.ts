import {buildConfig} from './build/build-config.ts';
import {MergedValues} from './build/merged-values.ts';
import {ConfigError} from './config-error.ts';
import {type ConfigValue} from './decode.ts';
import {DEV_DEFAULTS, DEV_FIXED} from './dev-defaults.ts';
import {ALL_KEYS} from './keys/all-keys.ts';
import {type KeySpec} from './keys/key-spec.ts';
import {mergeInto} from './merge.ts';
import {parseSource, type ConfigFormat} from './parse-source.ts';
import {readSources} from './read-sources.ts';
import {type RuntimeConfig} from './runtime-config.ts';
import {systemNetwork, type HostNetwork} from './sockaddr/interface-address.ts';
import {translateDeprecated} from './translate-deprecated.ts';
import {validateConfig} from './validate.ts';

/** Where a configuration comes from, in the order of cli.md §4.1. */
export interface ConfigInputs {
  readonly devMode: boolean;
  /** -config-file and -config-dir, in the order given */
  readonly paths: readonly string[];
  /** -config-format; undefined = by extension */
  readonly format: ConfigFormat | undefined;
  /** -hcl fragments */
  readonly fragments: readonly string[];
  /** Values of the agent's flags by key path. */
  readonly flagValues: ReadonlyMap<string, ConfigValue>;
  /** For tests; default is this host's. */
  readonly host?: HostNetwork;
}

export interface LoadedConfig {
  readonly config: RuntimeConfig;
  /** In Consul's order; the agent logs them at WARN, `validate` prints them. */
  readonly warnings: readonly string[];
}

/**
 * Reads all sources, merges, builds and checks (config.md §1, §3). Call again to reload.
 * @throws ConfigError with Consul's text
 */
export function loadConfig(inputs: ConfigInputs): LoadedConfig {
  const warnings: string[] = [];
  const sources = inputs.paths.flatMap((path) => readSources(path, inputs.format, warnings));
  const fragments = inputs.fragments.map((text, i) => parseSource(`flags-${i}.hcl`, text, 'hcl'));
  const {early, late} = splitFlags(inputs.flagValues, warnings);

  const merged = defaults();
  if (inputs.devMode) mergeInto(merged, DEV_DEFAULTS);
  const set = new Map<string, ConfigValue>();
  for (const source of [{values: early}, ...sources, {values: late}, ...fragments]) mergeInto(set, source.values);
  for (const source of [...sources, ...fragments]) warnings.push(...source.warnings);
  mergeInto(merged, set);
  applyFixed(merged, inputs.devMode);

  refuseSegments(set);
  const config = buildConfig(new MergedValues(merged), {devMode: inputs.devMode, configPaths: inputs.paths, host: inputs.host ?? systemNetwork});
  warnOfEnterprise(set, warnings);
  validateConfig(config, (merged.get('bootstrap_expect') as number | undefined) ?? 0, warnings);
  warnOfPrefixRules(merged, warnings);
  warnOfNoEffect(set, warnings);
  return {config, warnings};
}

function keyEntries(): readonly (readonly [string, KeySpec])[] {
  return Object.entries<KeySpec>(ALL_KEYS);
}

function defaults(): Map<string, ConfigValue> {
  return new Map(keyEntries().flatMap(([path, spec]) => (spec.default === undefined ? [] : [[path, spec.default]])));
}

/** Internal values stand whatever a file says; -dev has faster ones. */
function applyFixed(merged: Map<string, ConfigValue>, devMode: boolean): void {
  for (const [path, spec] of keyEntries()) {
    if (spec.effect !== 'fixed') continue;
    if (spec.default === undefined) merged.delete(path);
    else merged.set(path, spec.default);
  }
  if (devMode) mergeInto(merged, DEV_FIXED);
}

/** List flags of the top level come before files, all others after. */
function splitFlags(flagValues: ReadonlyMap<string, ConfigValue>, warnings: string[]): {readonly early: Map<string, ConfigValue>; readonly late: Map<string, ConfigValue>} {
  const values = new Map(flagValues);
  for (const [path, flag, instead] of [['start_join', '-join', '-retry-join'], ['start_join_wan', '-join-wan', '-retry-join-wan']] as const) {
    if (values.has(path)) warnings.push(`The flag '${flag}' is deprecated. Use the '${instead}' flag instead.`);
  }
  translateDeprecated(values, []);
  const early = new Map<string, ConfigValue>();
  const late = new Map<string, ConfigValue>();
  for (const [path, value] of values) (Array.isArray(value) && !path.includes('.') ? early : late).set(path, value);
  return {early, late};
}

function refuseSegments(set: ReadonlyMap<string, ConfigValue>): void {
  if (set.get('segment') !== undefined && set.get('segment') !== '') throw new ConfigError('Network segments are not supported in this version of Consul');
  const segments = set.get('segments');
  if (Array.isArray(segments) && segments.length > 0) throw new ConfigError('Network segments are not supported in this version of Consul');
}

function warnOfEnterprise(set: ReadonlyMap<string, ConfigValue>, warnings: string[]): void {
  const named = new Set<string>();
  for (const [path, spec] of keyEntries()) {
    if (spec.effect !== 'enterprise' || !set.has(path)) continue;
    named.add(path === 'read_replica' ? 'read_replica (or the deprecated non_voting_server)' : path.startsWith('audit.') ? 'audit' : path);
  }
  for (const name of named) warnings.push(`"${name}" is a Consul Enterprise configuration and will have no effect`);
}

function warnOfPrefixRules(merged: ReadonlyMap<string, ConfigValue>, warnings: string[]): void {
  for (const rule of (merged.get('telemetry.prefix_filter') as readonly string[] | undefined) ?? []) {
    if (rule === '') warnings.push('Cannot have empty filter rule in prefix_filter');
    else if (!/^[+-]/.test(rule)) warnings.push(`Filter rule must begin with either '+' or '-': ${JSON.stringify(rule)}`);
  }
}

/** One warning that names every key which was set to something else than its default and does nothing yet. */
function warnOfNoEffect(set: ReadonlyMap<string, ConfigValue>, warnings: string[]): void {
  const idle = keyEntries().filter(([path, spec]) => spec.effect === 'none yet' && set.has(path) && set.get(path) !== spec.default && set.get(path) !== false);
  if (idle.length > 0) warnings.push(`These settings are accepted but have no effect in this version of Proconsul: ${idle.map(([path]) => path).join(', ')}`);
}
