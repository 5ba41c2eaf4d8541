import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type ACLAuthMethod, type ACLBindingRule, type ACLPolicy, type ACLRole, type ACLToken} from './schema.ts';

/** Tokens by their secrets, which is how requests name them. */
export const AclTokens = defineTable({
  name: 'acl-tokens',
  key: (token: ACLToken) => token.SecretID,
  indexes: {
    accessor: (token: ACLToken) => token.AccessorID,
    method: (token: ACLToken) => (token.AuthMethod === '' ? undefined : `${token.AuthMethod}\0${token.SecretID}`),
  },
});

export const AclPolicies = defineTable({
  name: 'acl-policies',
  key: (policy: ACLPolicy) => policy.ID,
  indexes: {name: (policy: ACLPolicy) => policy.Name.toLowerCase()},
});

export const AclRoles = defineTable({
  name: 'acl-roles',
  key: (role: ACLRole) => role.ID,
  indexes: {name: (role: ACLRole) => role.Name.toLowerCase()},
});

export const AclBindingRules = defineTable({
  name: 'acl-binding-rules',
  key: (rule: ACLBindingRule) => rule.ID,
  indexes: {method: (rule: ACLBindingRule) => `${rule.AuthMethod}\0${rule.ID}`},
});

export const AclAuthMethods = defineTable({name: 'acl-auth-methods', key: (method: ACLAuthMethod) => method.Name});

/** Where the index table remembers that the bootstrap token was made: it can be made again only from there on (acl.md §5). */
export const bootstrapIndex = 'acl-token-bootstrap';

/** The token with this accessor id, which may be shown and logged, unlike its secret. Undefined when there is none. */
export function tokenByAccessor(reader: Reader, accessorId: string): ACLToken | undefined {
  return reader.byIndex(AclTokens, 'accessor').get(accessorId);
}
