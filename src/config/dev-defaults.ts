import {type ConfigValue} from './decode.ts';

const GOSSIP: readonly (readonly [string, ConfigValue])[] = [
  ['gossip_interval', '100ms'],
  ['probe_interval', '100ms'],
  ['probe_timeout', '100ms'],
  ['suspicion_mult', 3],
];

/** What `-dev` sets before any other source (config.md §8). */
export const DEV_DEFAULTS: ReadonlyMap<string, ConfigValue> = new Map<string, ConfigValue>([
  ['bind_addr', '127.0.0.1'],
  ['server', true],
  ['log_level', 'DEBUG'],
  ['enable_debug', true],
  ['ui_config.enabled', true],
  ['disable_anonymous_signature', true],
  ['disable_keyring_file', true],
  ['ports.grpc', 8502],
  ['connect.enabled', true],
  ['peering.enabled', true],
  ['performance.raft_multiplier', 1],
  ...GOSSIP.map(([name, value]): [string, ConfigValue] => [`gossip_lan.${name}`, value]),
  ...GOSSIP.map(([name, value]): [string, ConfigValue] => [`gossip_wan.${name}`, value]),
]);

/** What `-dev` fixes whatever other sources say. */
export const DEV_FIXED: ReadonlyMap<string, ConfigValue> = new Map<string, ConfigValue>([
  ['consul.coordinate.update_period', '100ms'],
  ['consul.raft.election_timeout', '52ms'],
  ['consul.raft.heartbeat_timeout', '35ms'],
  ['consul.raft.leader_lease_timeout', '20ms'],
  ['consul.server.health_interval', '10ms'],
]);
