import {key} from './key-spec.ts';

/** Accepted and then overwritten by fixed values (config.md §6.11). */
export const FIXED_KEYS = {
  'ae_interval': key('duration', {default: '1m', effect: 'fixed'}),
  'check_deregister_interval_min': key('duration', {default: '1m', effect: 'fixed'}),
  'check_reap_interval': key('duration', {default: '30s', effect: 'fixed'}),
  'sync_coordinate_rate_target': key('float', {default: 64, effect: 'fixed'}),
  'sync_coordinate_interval_min': key('duration', {default: '15s', effect: 'fixed'}),
  'segment_name_limit': key('int', {default: 64, effect: 'fixed'}),
  'segment_limit': key('int', {default: 64, effect: 'fixed'}),
  'consul.coordinate.update_batch_size': key('int', {default: 128, effect: 'fixed'}),
  'consul.coordinate.update_max_batches': key('int', {default: 5, effect: 'fixed'}),
  'consul.coordinate.update_period': key('duration', {default: '5s', effect: 'fixed'}),
  'consul.raft.election_timeout': key('duration', {default: '1s', effect: 'fixed'}),
  'consul.raft.heartbeat_timeout': key('duration', {default: '1s', effect: 'fixed'}),
  'consul.raft.leader_lease_timeout': key('duration', {default: '500ms', effect: 'fixed'}),
  'consul.server.health_interval': key('duration', {default: '2s', effect: 'fixed'}),
  'revision': key('string', {effect: 'fixed'}),
  'version': key('string', {effect: 'fixed'}),
  'version_prerelease': key('string', {effect: 'fixed'}),
  'version_metadata': key('string', {effect: 'fixed'}),
  'build_date': key('string', {effect: 'fixed'}),
  'connect.test_ca_leaf_root_change_spread': key('duration', {effect: 'fixed'}),
} as const;

const SEGMENT_SHAPE = {
  'name': key('string'),
  'bind': key('string'),
  'advertise': key('string'),
  'port': key('int'),
  'rpc_listener': key('bool'),
} as const;

const AUDIT_SINK_SHAPE = {
  'name': key('string'),
  'type': key('string'),
  'format': key('string'),
  'path': key('string'),
  'delivery_guarantee': key('string'),
  'mode': key('string'),
  'rotate_bytes': key('int'),
  'rotate_duration': key('duration'),
  'rotate_max_files': key('int'),
} as const;

/** Known only to Consul Enterprise: a warning, no effect. */
export const ENTERPRISE_KEYS = {
  'license_path': key('string', {effect: 'enterprise'}),
  'license_poll_base_time': key('duration', {effect: 'fixed'}),
  'license_poll_max_time': key('duration', {effect: 'fixed'}),
  'license_update_base_time': key('duration', {effect: 'fixed'}),
  'license_update_max_time': key('duration', {effect: 'fixed'}),
  'reporting.license.enabled': key('bool', {effect: 'enterprise'}),
  'partition': key('string', {effect: 'enterprise'}),
  'read_replica': key('bool', {effect: 'enterprise', aliases: ['non_voting_server'], flag: ['read-replica', '(Enterprise-only) Receive the data without a vote.']}),
  'segment': key('string', {effect: 'enterprise', flag: ['segment', '(Enterprise-only) Network segment to join.']}),
  'segments': key('blocks', {effect: 'enterprise', shape: () => SEGMENT_SHAPE}),
  'audit.enabled': key('bool', {effect: 'enterprise'}),
  'audit.rpc_enabled': key('bool', {effect: 'enterprise'}),
  'audit.sink': key('blockMap', {effect: 'enterprise', shape: () => AUDIT_SINK_SHAPE}),
} as const;
