import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {type Command, command} from '../fsm/command.ts';
import {type Type} from '../schema/type.ts';
import {type Table} from '../store/table.ts';
import {type WriteTx} from '../store/write-tx.ts';
import {
  ACLAuthMethodBatchDeleteRequest,
  ACLAuthMethodBatchSetRequest,
  ACLBindingRuleBatchDeleteRequest,
  ACLBindingRuleBatchSetRequest,
  ACLPolicyBatchDeleteRequest,
  ACLPolicyBatchSetRequest,
  type ACLRole,
  ACLRoleBatchDeleteRequest,
  ACLRoleBatchSetRequest,
  type ACLToken,
  ACLTokenBatchDeleteRequest,
  ACLTokenBatchSetRequest,
  ACLTokenBootstrapRequest,
} from './schema.ts';
import {AclAuthMethods, AclBindingRules, AclPolicies, AclRoles, AclTokens, bootstrapIndex, tokenByAccessor} from './state.ts';

/** Types 4, 11 and 17 to 28 of the log (rpc-raft.md §15). */
export const aclCommands: readonly Command[] = [
  command({type: 4, name: 'ACL (legacy)', decode: () => null, apply: () => new ConsulError('legacy ACL command has been removed with the legacy ACL system')}),
  entry(11, 'ACLBootstrap', ACLTokenBootstrapRequest, bootstrap),
  entry(17, 'ACLTokenSet', ACLTokenBatchSetRequest, (context, {Tokens, CAS, AllowMissingLinks}) => inOneWrite(context, () => setTokens(context, Tokens ?? [], CAS, AllowMissingLinks))),
  entry(18, 'ACLTokenDelete', ACLTokenBatchDeleteRequest, ({tx, index}, {TokenIDs}) => {
    const secrets = (TokenIDs ?? []).map((accessor) => tokenByAccessor(tx, accessor)?.SecretID ?? '');
    return deleteRows(tx, index, AclTokens, secrets);
  }),
  entry(19, 'ACLPolicySet', ACLPolicyBatchSetRequest, (context, {Policies}) => setRows(context, AclPolicies, Policies)),
  entry(20, 'ACLPolicyDelete', ACLPolicyBatchDeleteRequest, ({tx, index}, {PolicyIDs}) => deleteRows(tx, index, AclPolicies, PolicyIDs)),
  entry(23, 'ACLRoleSet', ACLRoleBatchSetRequest, (context, {Roles, AllowMissingLinks}) => setRoles(context, Roles ?? [], AllowMissingLinks)),
  entry(24, 'ACLRoleDelete', ACLRoleBatchDeleteRequest, ({tx, index}, {RoleIDs}) => deleteRows(tx, index, AclRoles, RoleIDs)),
  entry(25, 'ACLBindingRuleSet', ACLBindingRuleBatchSetRequest, (context, {BindingRules}) => setRows(context, AclBindingRules, BindingRules)),
  entry(26, 'ACLBindingRuleDelete', ACLBindingRuleBatchDeleteRequest, ({tx, index}, {BindingRuleIDs}) => deleteRows(tx, index, AclBindingRules, BindingRuleIDs)),
  entry(27, 'ACLAuthMethodSet', ACLAuthMethodBatchSetRequest, (context, {AuthMethods}) => setRows(context, AclAuthMethods, AuthMethods)),
  entry(28, 'ACLAuthMethodDelete', ACLAuthMethodBatchDeleteRequest, deleteAuthMethods),
];

interface Indexed {
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

function entry<Body>(type: number, name: string, codec: Type<Body>, apply: (context: ApplyContext, body: Body) => unknown): Command {
  return command<Body>({type, name, decode: (body) => codec.fromMsgpack(body), apply});
}

/** Puts rows under the index of the entry; what was there keeps its CreateIndex. */
function setRows<Row extends Indexed, I extends string>({tx, index}: ApplyContext, table: Table<Row, I>, rows: readonly Row[] | null): null {
  for (const row of rows ?? []) tx.put(table, {...row, CreateIndex: tx.get(table, table.keyOf(row))?.CreateIndex ?? index, ModifyIndex: index});
  tx.setIndex(table.name, index);
  return null;
}

function deleteRows<Row, I extends string>(tx: WriteTx, index: number, table: Table<Row, I>, keys: readonly string[] | null): null {
  let deleted = 0;
  for (const key of keys ?? []) if (tx.delete(table, key) !== undefined) deleted++;
  if (deleted > 0) tx.setIndex(table.name, index);
  return null;
}

/** All of a batch, or nothing of it. */
function inOneWrite({tx}: ApplyContext, write: () => unknown): unknown {
  const savepoint = tx.savepoint();
  const result = write();
  if (result instanceof ConsulError) savepoint.rollback();
  return result;
}

/** The first management token: only once, or again from the index at which it was made (acl.md §5). */
function bootstrap(context: ApplyContext, {Token, ResetIndex}: ACLTokenBootstrapRequest): unknown {
  const {tx, index} = context;
  const made = tx.indexOf(bootstrapIndex);
  if (made !== 0 && ResetIndex === 0) return new ConsulError(`ACL bootstrap no longer allowed (reset index: ${made})`, 403);
  if (made !== 0 && ResetIndex !== made) return new ConsulError(`Invalid bootstrap reset index (specified ${ResetIndex}, reset index: ${made})`);
  return inOneWrite(context, () => {
    const refused = setTokens(context, [Token], false, false);
    if (refused === null) tx.setIndex(bootstrapIndex, index);
    return refused;
  });
}

function setTokens(context: ApplyContext, tokens: readonly ACLToken[], isCas: boolean, allowMissingLinks: boolean): ConsulError | null {
  const {tx, index} = context;
  for (const token of tokens) {
    const existing = tokenByAccessor(tx, token.AccessorID);
    // A token that was changed meanwhile is passed over; the others of the batch are written.
    if (isCas && token.ModifyIndex !== (existing?.ModifyIndex ?? 0)) continue;
    const missing = allowMissingLinks ? undefined : missingLink(tx, token);
    if (missing !== undefined) return missing;
    if (existing !== undefined && existing.SecretID !== token.SecretID) tx.delete(AclTokens, existing.SecretID);
    tx.put(AclTokens, {...token, ...namedLinks(tx, token), CreateIndex: existing?.CreateIndex ?? index, ModifyIndex: index});
  }
  tx.setIndex('acl-tokens', index);
  return null;
}

function setRoles(context: ApplyContext, roles: readonly ACLRole[], allowMissingLinks: boolean): unknown {
  return inOneWrite(context, () => {
    for (const role of roles) {
      const missing = allowMissingLinks ? undefined : missingLink(context.tx, {Policies: role.Policies, Roles: null});
      if (missing !== undefined) return missing;
    }
    return setRows(context, AclRoles, roles.map((role) => ({...role, Policies: named(context.tx, AclPolicies, role.Policies)})));
  });
}

function missingLink(tx: WriteTx, {Policies, Roles}: Links): ConsulError | undefined {
  const policy = Policies?.find(({ID}) => !tx.has(AclPolicies, ID));
  if (policy !== undefined) return new ConsulError(`No such policy with ID: ${policy.ID}`);
  const role = Roles?.find(({ID}) => !tx.has(AclRoles, ID));
  return role === undefined ? undefined : new ConsulError(`No such role with ID: ${role.ID}`);
}

type Links = Pick<ACLToken, 'Policies' | 'Roles'>;

/** Links are told by ids; beside them stand the names of the moment of writing. */
function namedLinks(tx: WriteTx, {Policies, Roles}: Links): Links {
  return {Policies: named(tx, AclPolicies, Policies), Roles: named(tx, AclRoles, Roles)};
}

function named<I extends string, Row extends {readonly Name: string}>(tx: WriteTx, table: Table<Row, I>, links: Links['Policies']): Links['Policies'] {
  return links?.map((link) => ({...link, Name: tx.get(table, link.ID)?.Name ?? link.Name})) ?? null;
}

/** A method takes its binding rules and its tokens with it (acl.md §7). */
function deleteAuthMethods({tx, index}: ApplyContext, {AuthMethodNames}: {readonly AuthMethodNames: readonly string[] | null}): null {
  for (const name of AuthMethodNames ?? []) {
    if (!tx.has(AclAuthMethods, name)) continue;
    const rules = tx.byIndex(AclBindingRules, 'method').prefix(`${name}\0`).toArray();
    deleteRows(tx, index, AclBindingRules, rules.map(({ID}) => ID));
    const tokens = tx.byIndex(AclTokens, 'method').prefix(`${name}\0`).toArray();
    deleteRows(tx, index, AclTokens, tokens.map(({SecretID}) => SecretID));
  }
  return deleteRows(tx, index, AclAuthMethods, AuthMethodNames);
}
