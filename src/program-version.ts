import {readFileSync} from 'node:fs';

/** The Consul that this program stands in for: what clients and scripts compare with. */
export const CONSUL_VERSION = '1.21.4';
export const PROTOCOL_VERSION_DEFAULT = 2;
export const PROTOCOL_VERSION_MIN = 2;
export const PROTOCOL_VERSION_MAX = 3;

/** This program's own version: put in by the build, or read from package.json when run from source. */
export function proconsulVersion(): string {
  const built = process.env.PROCONSUL_VERSION;
  if (built !== undefined && built !== '') return built;
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {readonly version: string};
  return manifest.version;
}
