import {describe, expect, test} from 'vitest';
import {
  ACLAuthMethod, ACLAuthMethodBatchDeleteRequest, ACLAuthMethodBatchSetRequest, ACLBindingRule, ACLBindingRuleBatchSetRequest, ACLPolicy, ACLPolicyBatchSetRequest,
  ACLRole, ACLRoleBatchSetRequest, ACLToken, ACLTokenBatchDeleteRequest, ACLTokenBatchSetRequest, ACLTokenBootstrapRequest,
} from '../../src/acl/schema.ts';
import {AclBindingRules, AclRoles, AclTokens, tokenByAccessor} from '../../src/acl/state.ts';
import {Applying} from '../fsm/applying.ts';

const set = {CAS: false, AllowMissingLinks: false, ProhibitUnprivileged: false, FromReplication: false};
const token = (id: string, more: Partial<ACLToken> = {}) => ACLToken.make({AccessorID: id, SecretID: `${id}-secret`, ...more});
const tokens = (...Tokens: ACLToken[]) => ({...set, Tokens});
const policies = (...Policies: ACLPolicy[]) => ({Policies});

describe('a batch of tokens', () => {
  test('is written whole or not at all', async () => {
    const applying = new Applying();
    const result = await applying.apply(17, ACLTokenBatchSetRequest, tokens(token('a'), token('b', {Policies: [{ID: 'none', Name: ''}]})));
    expect(String(result)).toContain('No such policy with ID: none');
    expect(applying.view.size(AclTokens)).toBe(0);
    expect(applying.view.indexOf('acl-tokens')).toBe(0);
  });

  test('carries the names that its links have at that moment', async () => {
    const applying = new Applying();
    await applying.apply(19, ACLPolicyBatchSetRequest, policies(ACLPolicy.make({ID: 'p', Name: 'first'})));
    await applying.apply(23, ACLRoleBatchSetRequest, {Roles: [ACLRole.make({ID: 'r', Name: 'role', Policies: [{ID: 'p', Name: ''}]})], AllowMissingLinks: false});
    await applying.apply(17, ACLTokenBatchSetRequest, tokens(token('a', {Policies: [{ID: 'p', Name: ''}], Roles: [{ID: 'r', Name: ''}]})));
    await applying.apply(19, ACLPolicyBatchSetRequest, policies(ACLPolicy.make({ID: 'p', Name: 'second'})));
    expect(tokenByAccessor(applying.view, 'a')).toMatchObject({Policies: [{ID: 'p', Name: 'first'}], Roles: [{ID: 'r', Name: 'role'}], CreateIndex: 3});
    expect(applying.view.get(AclRoles, 'r')?.Policies).toEqual([{ID: 'p', Name: 'first'}]);
  });

  test('that was seen before passes over what changed since', async () => {
    const applying = new Applying();
    await applying.apply(17, ACLTokenBatchSetRequest, tokens(token('a', {Description: 'one'})));
    await applying.apply(17, ACLTokenBatchSetRequest, {...tokens(token('a', {Description: 'two', ModifyIndex: 7})), CAS: true});
    expect(tokenByAccessor(applying.view, 'a')?.Description).toBe('one');
    await applying.apply(17, ACLTokenBatchSetRequest, {...tokens(token('a', {Description: 'two', ModifyIndex: 1})), CAS: true});
    expect(tokenByAccessor(applying.view, 'a')).toMatchObject({Description: 'two', CreateIndex: 1, ModifyIndex: 3});
  });

  test('is deleted by accessors; those that are not there move no index', async () => {
    const applying = new Applying();
    await applying.apply(17, ACLTokenBatchSetRequest, tokens(token('a'), token('b')));
    await applying.apply(18, ACLTokenBatchDeleteRequest, {TokenIDs: ['a', 'none']});
    await applying.apply(18, ACLTokenBatchDeleteRequest, {TokenIDs: ['none']});
    expect(applying.view.all(AclTokens).toArray().map(({AccessorID}) => AccessorID)).toEqual(['b']);
    expect(applying.view.indexOf('acl-tokens')).toBe(2);
  });
});

test('the first token is made once, and again only from the index of the first', async () => {
  const applying = new Applying();
  const bootstrap = (id: string, ResetIndex: number) => applying.apply(11, ACLTokenBootstrapRequest, {Token: token(id), ResetIndex});
  expect(await bootstrap('a', 0)).toBeNull();
  expect(String(await bootstrap('b', 0))).toContain('ACL bootstrap no longer allowed (reset index: 1)');
  expect(String(await bootstrap('b', 9))).toContain('Invalid bootstrap reset index (specified 9, reset index: 1)');
  expect(await bootstrap('b', 1)).toBeNull();
});

test('an auth method takes its rules and the tokens that came through it with it', async () => {
  const applying = new Applying();
  await applying.apply(27, ACLAuthMethodBatchSetRequest, {AuthMethods: [ACLAuthMethod.make({Name: 'm', Type: 'jwt'}), ACLAuthMethod.make({Name: 'other', Type: 'jwt'})]});
  const rule = (ID: string, AuthMethod: string) => ACLBindingRule.make({ID, AuthMethod});
  await applying.apply(25, ACLBindingRuleBatchSetRequest, {BindingRules: [rule('1', 'm'), rule('2', 'other')]});
  await applying.apply(17, ACLTokenBatchSetRequest, tokens(token('a', {AuthMethod: 'm'}), token('b', {AuthMethod: 'other'}), token('c')));
  await applying.apply(28, ACLAuthMethodBatchDeleteRequest, {AuthMethodNames: ['m']});
  expect(applying.view.all(AclBindingRules).toArray().map(({ID}) => ID)).toEqual(['2']);
  expect(applying.view.all(AclTokens).toArray().map(({AccessorID}) => AccessorID)).toEqual(['b', 'c']);
});

test('entries of the legacy system are refused, as 1.21 refuses them', async () => {
  expect(String(await new Applying().applyBytes(Buffer.of(4, 0xc0)))).toContain('legacy ACL command has been removed with the legacy ACL system');
});
