import {RaftIndex} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {any, binary, bool, duration, list, map, nullable, str, time, uint} from '../schema/types.ts';

/** A token's or role's tie to a policy or role: the id counts, the name is filled in for readers (acl.md §7). */
const link = {ID: str, Name: str.omitEmpty()};
export const ACLTokenPolicyLink = struct('ACLTokenPolicyLink', link);
export const ACLTokenRoleLink = struct('ACLTokenRoleLink', link);
export const ACLRolePolicyLink = struct('ACLRolePolicyLink', link);

export const ACLServiceIdentity = struct('ACLServiceIdentity', {ServiceName: str, Datacenters: list(str).omitEmpty()});
export const ACLNodeIdentity = struct('ACLNodeIdentity', {NodeName: str, Datacenter: str});
export const ACLTemplatedPolicyVariables = struct('ACLTemplatedPolicyVariables', {Name: str.json('name').omitEmpty()});
export const ACLTemplatedPolicy = struct('ACLTemplatedPolicy', {
  TemplateID: str,
  TemplateName: str,
  TemplateVariables: nullable(ACLTemplatedPolicyVariables).omitEmpty(),
  Datacenters: list(str).omitEmpty(),
});

const identities = {
  ServiceIdentities: list(ACLServiceIdentity).omitEmpty(),
  NodeIdentities: list(ACLNodeIdentity).omitEmpty(),
  TemplatedPolicies: list(ACLTemplatedPolicy).omitEmpty(),
};

export const ACLToken = struct('ACLToken', {
  AccessorID: str,
  SecretID: str,
  Description: str,
  Policies: list(ACLTokenPolicyLink).omitEmpty(),
  Roles: list(ACLTokenRoleLink).omitEmpty(),
  ...identities,
  Local: bool,
  AuthMethod: str.omitEmpty(),
  ExpirationTime: nullable(time).omitEmpty(),
  ExpirationTTL: duration.omitEmpty(),
  CreateTime: time,
  Hash: binary,
  ...embed(RaftIndex),
});
export type ACLToken = TypeOf<typeof ACLToken>;

export const ACLPolicy = struct('ACLPolicy', {
  ID: str,
  Name: str,
  Description: str,
  Rules: str,
  Datacenters: list(str).omitEmpty(),
  Hash: binary,
  ...embed(RaftIndex),
});
export type ACLPolicy = TypeOf<typeof ACLPolicy>;

export const ACLRole = struct('ACLRole', {
  ID: str,
  Name: str,
  Description: str,
  Policies: list(ACLRolePolicyLink).omitEmpty(),
  ...identities,
  Hash: binary,
  ...embed(RaftIndex),
});
export type ACLRole = TypeOf<typeof ACLRole>;

export const ACLBindingRule = struct('ACLBindingRule', {
  ID: str,
  Description: str,
  AuthMethod: str,
  Selector: str,
  BindType: str,
  BindName: str,
  BindVars: nullable(ACLTemplatedPolicyVariables).omitEmpty(),
  ...embed(RaftIndex),
});
export type ACLBindingRule = TypeOf<typeof ACLBindingRule>;

export const ACLAuthMethod = struct('ACLAuthMethod', {
  Name: str,
  Type: str,
  DisplayName: str.omitEmpty(),
  Description: str.omitEmpty(),
  MaxTokenTTL: duration.omitEmpty(),
  TokenLocality: str.omitEmpty(),
  Config: map(any),
  ...embed(RaftIndex),
});
export type ACLAuthMethod = TypeOf<typeof ACLAuthMethod>;

/** Log entries 11 and 17 to 28: sets and deletes in batches. */
export const ACLTokenBootstrapRequest = struct('ACLTokenBootstrapRequest', {Token: ACLToken, ResetIndex: uint});
export type ACLTokenBootstrapRequest = TypeOf<typeof ACLTokenBootstrapRequest>;
export const ACLTokenBatchSetRequest = struct('ACLTokenBatchSetRequest', {
  Tokens: list(ACLToken),
  CAS: bool,
  AllowMissingLinks: bool,
  ProhibitUnprivileged: bool,
  FromReplication: bool,
});
export type ACLTokenBatchSetRequest = TypeOf<typeof ACLTokenBatchSetRequest>;
export const ACLTokenBatchDeleteRequest = struct('ACLTokenBatchDeleteRequest', {TokenIDs: list(str)});
export const ACLPolicyBatchSetRequest = struct('ACLPolicyBatchSetRequest', {Policies: list(ACLPolicy)});
export const ACLPolicyBatchDeleteRequest = struct('ACLPolicyBatchDeleteRequest', {PolicyIDs: list(str)});
export const ACLRoleBatchSetRequest = struct('ACLRoleBatchSetRequest', {Roles: list(ACLRole), AllowMissingLinks: bool});
export type ACLRoleBatchSetRequest = TypeOf<typeof ACLRoleBatchSetRequest>;
export const ACLRoleBatchDeleteRequest = struct('ACLRoleBatchDeleteRequest', {RoleIDs: list(str)});
export const ACLBindingRuleBatchSetRequest = struct('ACLBindingRuleBatchSetRequest', {BindingRules: list(ACLBindingRule)});
export const ACLBindingRuleBatchDeleteRequest = struct('ACLBindingRuleBatchDeleteRequest', {BindingRuleIDs: list(str)});
export const ACLAuthMethodBatchSetRequest = struct('ACLAuthMethodBatchSetRequest', {AuthMethods: list(ACLAuthMethod)});
export const ACLAuthMethodBatchDeleteRequest = struct('ACLAuthMethodBatchDeleteRequest', {AuthMethodNames: list(str)});
