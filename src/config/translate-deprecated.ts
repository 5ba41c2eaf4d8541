import {type ConfigValue} from './decode.ts';

interface Translation {
  readonly from: string;
  readonly to: string;
  /** As the warning names the new key, where it differs. */
  readonly name?: string;
  /** Keys that the old one sets besides. */
  readonly sets?: Readonly<Record<string, boolean>>;
}

/** Old names and what they mean now, in the order of Consul's warnings (config.md §4). */
const TRANSLATIONS: readonly Translation[] = [
  {from: 'acl.tokens.agent_master', to: 'acl.tokens.agent_recovery'},
  {from: 'acl.tokens.master', to: 'acl.tokens.initial_management'},
  {from: 'acl_agent_master_token', to: 'acl.tokens.agent_recovery'},
  {from: 'acl_agent_token', to: 'acl.tokens.agent'},
  {from: 'acl_token', to: 'acl.tokens.default'},
  {from: 'acl_master_token', to: 'acl.tokens.initial_management'},
  {from: 'acl_replication_token', to: 'acl.tokens.replication', sets: {'acl.enable_token_replication': true}},
  {from: 'enable_acl_replication', to: 'acl.enable_token_replication'},
  {from: 'acl_datacenter', to: 'primary_datacenter', sets: {'acl.enabled': true}},
  {from: 'acl_default_policy', to: 'acl.default_policy'},
  {from: 'acl_down_policy', to: 'acl.down_policy'},
  {from: 'acl_ttl', to: 'acl.token_ttl'},
  {from: 'acl_enable_key_list_policy', to: 'acl.enable_key_list_policy'},
  {from: 'start_join', to: 'retry_join'},
  {from: 'start_join_wan', to: 'retry_join_wan'},
  {from: 'ca_file', to: 'tls.defaults.ca_file'},
  {from: 'ca_path', to: 'tls.defaults.ca_path'},
  {from: 'cert_file', to: 'tls.defaults.cert_file'},
  {from: 'key_file', to: 'tls.defaults.key_file'},
  {from: 'tls_cipher_suites', to: 'tls.defaults.tls_cipher_suites'},
  {from: 'tls_min_version', to: 'tls.defaults.tls_min_version'},
  {from: 'verify_incoming', to: 'tls.defaults.verify_incoming'},
  {from: 'verify_incoming_https', to: 'tls.https.verify_incoming'},
  {from: 'verify_incoming_rpc', to: 'tls.internal_rpc.verify_incoming'},
  {from: 'verify_outgoing', to: 'tls.defaults.verify_outgoing'},
  {from: 'verify_server_hostname', to: 'tls.internal_rpc.verify_server_hostname'},
  {from: 'ui', to: 'ui_config.enabled'},
  {from: 'ui_dir', to: 'ui_config.dir'},
  {from: 'ui_content_path', to: 'ui_config.content_path'},
  {from: 'raft_boltdb.NoFreelistSync', to: 'raft_logstore.boltdb.no_freelist_sync'},
];

const OLD_TLS_VERSIONS: Readonly<Record<string, string>> = {tls10: 'TLSv1_0', tls11: 'TLSv1_1', tls12: 'TLSv1_2', tls13: 'TLSv1_3'};

/** Replaces deprecated keys of one source by what they mean. The new key wins where both stand; lists are appended. */
export function translateDeprecated(values: Map<string, ConfigValue>, warnings: string[]): void {
  const deprecatedVerifyIncoming = values.has('verify_incoming');
  for (const {from, to, sets} of TRANSLATIONS) {
    let value = values.get(from);
    if (value === undefined) continue;
    values.delete(from);
    if (from === 'tls_min_version' && typeof value === 'string') {
      const current = OLD_TLS_VERSIONS[value];
      if (current !== undefined) {
        warnings.push(`'tls_min_version' value '${value}' is deprecated, please specify '${current}' instead`);
        value = current;
      }
    }
    warnings.push(`The '${from}' field is deprecated. Use the '${to}' field instead.`);
    const present = values.get(to);
    if (Array.isArray(value)) values.set(to, [...((present as readonly string[] | undefined) ?? []), ...(value as readonly string[])]);
    else if (present === undefined) values.set(to, value);
    for (const [key, set] of Object.entries(sets ?? {})) if (!values.has(key)) values.set(key, set);
  }
  if (deprecatedVerifyIncoming && !values.has('tls.grpc.verify_incoming')) values.set('tls.grpc.verify_incoming', false);
  if (values.delete('tls_prefer_server_cipher_suites')) {
    warnings.push("The 'tls_prefer_server_cipher_suites' field is deprecated and will be ignored.");
  }
}
