import {key} from './key-spec.ts';

const MSP_TOKEN_SHAPE = {
  'accessor_id': key('string'),
  'secret_id': key('string'),
} as const;

/** Access control (config.md §6.5). */
export const ACL_KEYS = {
  'acl.enabled': key('bool', {default: false, effect: 'none yet'}),
  'acl.default_policy': key('string', {default: 'allow', effect: 'none yet'}),
  'acl.down_policy': key('string', {default: 'extend-cache', effect: 'none yet'}),
  'acl.token_ttl': key('duration', {default: '30s', effect: 'none yet'}),
  'acl.policy_ttl': key('duration', {default: '30s', effect: 'none yet'}),
  'acl.role_ttl': key('duration', {default: '0s', effect: 'none yet'}),
  'acl.enable_key_list_policy': key('bool', {default: false, effect: 'none yet'}),
  'acl.enable_token_replication': key('bool', {default: false, effect: 'none yet'}),
  'acl.enable_token_persistence': key('bool', {default: false, effect: 'none yet'}),
  'acl.tokens.initial_management': key('string', {effect: 'none yet'}),
  'acl.tokens.default': key('string'),
  'acl.tokens.agent': key('string'),
  'acl.tokens.agent_recovery': key('string', {effect: 'none yet'}),
  'acl.tokens.replication': key('string', {effect: 'none yet'}),
  'acl.tokens.dns': key('string'),
  'acl.tokens.config_file_service_registration': key('string'),
  'acl.tokens.managed_service_provider': key('blocks', {effect: 'enterprise', shape: () => MSP_TOKEN_SHAPE}),
  'acl.msp_disable_bootstrap': key('bool', {effect: 'enterprise'}),
} as const;
