import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {buildService} from './build/definitions.ts';
import {ConfigError} from './config-error.ts';
import {multiErrorText} from '../consul-error.ts';
import {systemErrorText} from '../runtime/system-error.ts';
import {type Block} from './decode.ts';
import {MAX_CONFIG_FILE_BYTES} from './limits.ts';
import {parseSource, type ConfigFormat, type ConfigSource} from './parse-source.ts';
import {type ServiceDefinition} from './definition-types.ts';

/**
 * The services that files define, whatever else they hold.
 * @throws ConfigError
 */
export function readServices(paths: readonly string[]): readonly ServiceDefinition[] {
  const errors: string[] = [];
  const blocks = paths.flatMap((path) => readSources(path, undefined, [])).flatMap((source) => (source.values.get('services') as readonly Block[] | undefined) ?? []);
  const services = blocks.map((block) => buildService(block, errors));
  if (errors.length > 0) throw new ConfigError(multiErrorText(errors));
  return services;
}

/**
 * Reads one file, or all files of a folder in the order of their names (config.md §1).
 * @param format undefined: by each file's extension
 * @throws ConfigError
 */
export function readSources(path: string, format: ConfigFormat | undefined, warnings: string[]): readonly ConfigSource[] {
  try {
    if (!statSync(path).isDirectory()) {
      const known = format ?? formatOf(path);
      if (known === undefined) throw new ConfigError(`file ${path} has unknown extension; must be .hcl or .json, or config format must be set`);
      return [readSource(path, known)];
    }
    return readFolder(path, format, warnings);
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    if (fault instanceof ConfigError || fault.code === undefined) throw error;
    throw new ConfigError(`config: Open failed on ${path}. open ${fault.path ?? path}: ${systemErrorText(fault)}`);
  }
}

function readFolder(folder: string, format: ConfigFormat | undefined, warnings: string[]): readonly ConfigSource[] {
  const names = readdirSync(folder, {encoding: 'buffer'}).sort((a, b) => Buffer.compare(a, b)).map((name) => name.toString());
  return names.flatMap((name) => {
    const path = join(folder, name);
    const entry = statSync(path, {throwIfNoEntry: false});
    if (entry === undefined || entry.isDirectory()) return [];
    const known = format ?? formatOf(path);
    if (known === undefined) {
      warnings.push(`skipping file ${path}, extension must be .hcl or .json, or config format must be set`);
      return [];
    }
    return [readSource(path, known)];
  });
}

function readSource(path: string, format: ConfigFormat): ConfigSource {
  const bytes = readFileSync(path);
  if (bytes.length > MAX_CONFIG_FILE_BYTES) throw new ConfigError(`failed to parse ${path}: larger than ${MAX_CONFIG_FILE_BYTES} bytes`);
  return parseSource(path, bytes.toString('utf8'), format);
}

function formatOf(path: string): ConfigFormat | undefined {
  if (path.endsWith('.json')) return 'json';
  return path.endsWith('.hcl') ? 'hcl' : undefined;
}
