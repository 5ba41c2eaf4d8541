import {ConfigError} from './config-error.ts';
import {multiErrorText} from '../consul-error.ts';
import {decode, type ConfigValue, type TypeFault, type UnknownKey} from './decode.ts';
import {parseHcl} from './hcl/parser.ts';
import {ALL_KEYS} from './keys/all-keys.ts';
import {parseJsonConfig} from './parse-json.ts';
import {SyntaxFault, type RawMap} from './raw-node.ts';
import {suggest} from './suggest.ts';
import {translateDeprecated} from './translate-deprecated.ts';

export type ConfigFormat = 'hcl' | 'json';

/** What one source sets: only keys that stand in it, by dotted path. */
export interface ConfigSource {
  readonly name: string;
  readonly values: Map<string, ConfigValue>;
  readonly warnings: readonly string[];
}

const TOLERATED = new Set(['acl_enforce_version_8']);

/**
 * Parses one file or fragment and gives it its types.
 * @param name as errors name it
 * @throws ConfigError `failed to parse <name>: …` (config.md §2)
 */
export function parseSource(name: string, text: string, format: ConfigFormat): ConfigSource {
  if (text === '') return {name, values: new Map(), warnings: []};
  const decoded = decode(parseTree(name, text, format), ALL_KEYS);
  if (decoded.typeFaults.length > 0) throw new ConfigError(typeFaultsText(name, decoded.typeFaults));
  const warnings: string[] = [];
  const refused: UnknownKey[] = [];
  for (const unknown of decoded.unknown) {
    if (TOLERATED.has(unknown.path)) warnings.push(`config key ${JSON.stringify(unknown.path)} is deprecated and should be removed`);
    else refused.push(unknown);
  }
  if (refused.length > 0) throw new ConfigError(unknownKeysText(name, refused));
  translateDeprecated(decoded.values, warnings);
  return {name, values: appendSingles(decoded.values), warnings};
}

function parseTree(name: string, text: string, format: ConfigFormat): RawMap {
  try {
    // HCL takes a file that begins with a brace as JSON.
    return format === 'json' || /^\s*\{/.test(text) ? parseJsonConfig(text) : parseHcl(text);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    // HCL's own texts give the position; Go's JSON texts do not, so it is added.
    const place = error.at === undefined || error.message.startsWith('At ') ? '' : `\n  ${name}:${error.at.line}:${error.at.column}`;
    throw new ConfigError(`failed to parse ${name}: ${error.message}${place}`);
  }
}

function typeFaultsText(name: string, faults: readonly TypeFault[]): string {
  const consul = faults.map(({text}) => `* ${text}`);
  const inOrder = faults.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const hints = inOrder.map(({path, at, wants}) => `  ${name}:${at.line}:${at.column}: ${path} wants ${wants}`);
  return `failed to parse ${name}: ${faults.length} error(s) decoding:\n\n${[...consul, ...hints].join('\n')}`;
}

function unknownKeysText(name: string, unknown: readonly UnknownKey[]): string {
  const consul = multiErrorText(unknown.map(({path}) => `invalid config key ${path}`));
  const hints = unknown.map(({path, at, siblings}) => {
    const dot = path.lastIndexOf('.');
    const near = suggest(path.slice(dot + 1), siblings);
    const instead = near === undefined ? '' : `; did you mean ${path.slice(0, dot + 1)}${near}?`;
    return `  ${name}:${at.line}:${at.column}: unknown key ${path}${instead}`;
  });
  return `failed to parse ${name}: ${consul}${hints.join('\n')}\n`;
}

/** `service` and `check` become the last of this source's own `services` and `checks` (config.md §1). */
function appendSingles(values: Map<string, ConfigValue>): Map<string, ConfigValue> {
  for (const [single, list] of [['service', 'services'], ['check', 'checks']] as const) {
    const block = values.get(single);
    if (block === undefined) continue;
    values.set(list, [...((values.get(list) as readonly ConfigValue[] | undefined) ?? []), block] as ConfigValue);
    values.delete(single);
  }
  return values;
}
