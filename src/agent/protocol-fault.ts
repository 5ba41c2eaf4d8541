import {type RuntimeConfig} from '../config/runtime-config.ts';

/** The versions of Consul's protocol that this program speaks; its members say so in their tags. */
export const protocolVersion = {min: 2, max: 3} as const;

/** Why an agent cannot speak the version it is told to, in Consul's words; undefined when it can. */
export function protocolFault({protocol, server}: Pick<RuntimeConfig, 'protocol' | 'server'>): string | undefined {
  const {min, max} = protocolVersion;
  if (protocol >= min && protocol <= max) return undefined;
  return `Failed to start Consul ${server ? 'server' : 'client'}: Protocol version '${protocol}' too ${protocol < min ? 'low' : 'high'}. Must be in range: [${min}, ${max}]`;
}
