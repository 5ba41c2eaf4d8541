import {ACL_KEYS} from './acl-keys.ts';
import {DEFINITION_KEYS} from './definition-keys.ts';
import {DEPRECATED_KEYS} from './deprecated-keys.ts';
import {DNS_KEYS} from './dns-keys.ts';
import {ENTERPRISE_KEYS, FIXED_KEYS} from './fixed-keys.ts';
import {GOSSIP_KEYS} from './gossip-keys.ts';
import {HTTP_KEYS} from './http-keys.ts';
import {type KeySpec, type KeyType} from './key-spec.ts';
import {NETWORK_KEYS} from './network-keys.ts';
import {NODE_KEYS} from './node-keys.ts';
import {RAFT_KEYS} from './raft-keys.ts';
import {TELEMETRY_KEYS} from './telemetry-keys.ts';
import {TLS_KEYS} from './tls-keys.ts';

/** Every key of the agent's configuration: type, default, flag, and whether it has an effect. What a reload applies stands in `reload.ts`. */
export const ALL_KEYS = {
  ...NODE_KEYS,
  ...NETWORK_KEYS,
  ...GOSSIP_KEYS,
  ...RAFT_KEYS,
  ...ACL_KEYS,
  ...DNS_KEYS,
  ...HTTP_KEYS,
  ...TLS_KEYS,
  ...DEFINITION_KEYS,
  ...TELEMETRY_KEYS,
  ...FIXED_KEYS,
  ...ENTERPRISE_KEYS,
  ...DEPRECATED_KEYS,
} as const;

export type KeyPath = keyof typeof ALL_KEYS;

/** The paths whose values are of one type. */
export type PathsOf<T extends KeyType> = {[P in KeyPath]: (typeof ALL_KEYS)[P] extends KeySpec<T> ? P : never}[KeyPath];
