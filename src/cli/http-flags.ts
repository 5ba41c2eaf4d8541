import {type FlagSpec} from './go-flags.ts';

/** Flags of every command that talks to an agent (cli.md §1.3, group C). */
export const CLIENT_FLAGS = {
  'http-addr': {kind: 'value', section: 'http', help: 'The `address` and port of the agent, as IP or DNS name, or unix:///path of a socket. The environment variable CONSUL_HTTP_ADDR says the same. The default is http://127.0.0.1:8500. An https:// address, or CONSUL_HTTP_SSL=true, asks for TLS.'},
  'token': {kind: 'value', section: 'http', help: 'ACL token for the request. The environment variable CONSUL_HTTP_TOKEN says the same. Without one the token of the agent is used.'},
  'token-file': {kind: 'value', section: 'http', help: 'File that holds the ACL token. The environment variable CONSUL_HTTP_TOKEN_FILE says the same. Goes before -token and CONSUL_HTTP_TOKEN.'},
  'ca-file': {kind: 'value', section: 'http', help: 'CA file to check the agent by, with TLS. The environment variable CONSUL_CACERT says the same.'},
  'ca-path': {kind: 'value', section: 'http', help: 'Folder of CA files to check the agent by, with TLS. The environment variable CONSUL_CAPATH says the same.'},
  'client-cert': {kind: 'value', section: 'http', help: "Certificate to show to the agent, where 'verify_incoming' asks for one. The environment variable CONSUL_CLIENT_CERT says the same."},
  'client-key': {kind: 'value', section: 'http', help: 'Key of that certificate. The environment variable CONSUL_CLIENT_KEY says the same.'},
  'tls-server-name': {kind: 'value', section: 'http', help: 'Name to ask for, and to check, with TLS. The environment variable CONSUL_TLS_SERVER_NAME says the same.'},
} as const satisfies Record<string, FlagSpec>;

/** Flags of commands whose request a server answers (group S). */
export const SERVER_FLAGS = {
  'datacenter': {kind: 'value', section: 'http', help: 'Datacenter to ask. By default that of the agent.'},
  'stale': {kind: 'strictBool', section: 'http', help: 'Let any server answer, not only the leader: quicker, and the data may be a little old. Changes nothing where data is written.'},
} as const satisfies Record<string, FlagSpec>;

export const PARTITION_FLAG = {
  'partition': {kind: 'value', help: 'Admin partition, `default` when not given. Admin partitions are a Consul Enterprise feature.'},
} as const satisfies Record<string, FlagSpec>;

/** Flags of multi-tenancy (group N). */
export const TENANCY_FLAGS = {
  'namespace': {kind: 'value', help: 'Namespace, `default` when not given. Namespaces are a Consul Enterprise feature.'},
  ...PARTITION_FLAG,
} as const satisfies Record<string, FlagSpec>;

/** What the flags above come to; those that a command does not have are absent. */
export interface HttpFlagValues {
  readonly 'http-addr': string;
  readonly 'token': string;
  readonly 'token-file': string;
  readonly 'ca-file': string;
  readonly 'ca-path': string;
  readonly 'client-cert': string;
  readonly 'client-key': string;
  readonly 'tls-server-name': string;
  readonly 'datacenter'?: string;
  readonly 'stale'?: boolean;
  readonly 'namespace'?: string;
  readonly 'partition'?: string;
}
