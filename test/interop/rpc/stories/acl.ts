import {generateKeyPairSync} from 'node:crypto';
import {type Story} from '../story.ts';

const key = generateKeyPairSync('ec', {namedCurve: 'P-256'}).publicKey.export({type: 'spki', format: 'pem'});
const secret = '11111111-2222-3333-4444-555555555555';

/** Tokens, policies, roles, methods and rules: written, changed, refused, removed. */
export const story: Story = {
  config: {acl: {enabled: true, default_policy: 'deny', tokens: {initial_management: secret, agent: secret}}},
  settleMs: 100,
  async run({put, delete: remove, useToken, quiet, get}) {
    useToken(secret);
    await quiet(300);
    const make = async (path: string, body: object) => JSON.parse(await put(`/v1/acl/${path}`, body)) as {ID: string; AccessorID: string; SecretID: string};
    await put('/v1/acl/bootstrap');
    const policy = await make('policy', {Name: 'Read', Rules: 'key_prefix "" {policy = "read"}', Description: 'd', Datacenters: ['dc1']});
    const other = await make('policy', {Name: 'other', Rules: ''});
    await put('/v1/acl/policy', {Name: 'read', Rules: ''});
    await put(`/v1/acl/policy/${policy.ID}`, {Name: 'Read', Rules: 'key_prefix "" {policy = "write"}'});
    await put(`/v1/acl/policy/${policy.ID}`, {Name: 'renamed', Rules: 'key_prefix "" {policy = "write"}'});
    const role = await make('role', {Name: 'role', Policies: [{ID: policy.ID}], ServiceIdentities: [{ServiceName: 's', Datacenters: ['dc1']}], NodeIdentities: [{NodeName: 'n', Datacenter: 'dc1'}], TemplatedPolicies: [{TemplateName: 'builtin/service', TemplateVariables: {Name: 'api'}}]});
    await put(`/v1/acl/role/${role.ID}`, {Name: 'role2', Policies: [{Name: 'other'}]});
    await put('/v1/acl/role', {Name: 'nope', Policies: [{ID: '40e4a748-2192-161a-0510-9bf59fe950b5'}]});
    const token = await make('token', {Description: 't', Policies: [{ID: policy.ID}], Roles: [{ID: role.ID}], Local: false});
    await put(`/v1/acl/policy/${policy.ID}`, {Name: 'renamed-again', Rules: ''});
    await put(`/v1/acl/policy/${other.ID}`, {Name: 'other-now', Rules: ''});
    await put(`/v1/acl/role/${role.ID}`, {Name: 'role3', Policies: [{ID: other.ID}]});
    await put(`/v1/acl/policy/${other.ID}`, {Name: 'other', Rules: ''});
    const local = await make('token', {Local: true, ExpirationTTL: '2m', ServiceIdentities: [{ServiceName: 'x'}], NodeIdentities: [{NodeName: 'n', Datacenter: 'dc1'}]});
    await put(`/v1/acl/token/${token.AccessorID}`, {AccessorID: token.AccessorID, Description: 'changed', Policies: [{Name: 'other'}]});
    await put('/v1/acl/token', {AccessorID: '40e4a748-2192-161a-0510-9bf59fe950b9', SecretID: '40e4a748-2192-161a-0510-9bf59fe950ba', TemplatedPolicies: [{TemplateName: 'builtin/node', TemplateVariables: {Name: 'n'}}]});
    await put('/v1/acl/token', {AccessorID: '40e4a748-2192-161a-0510-9bf59fe950b9'});
    await put(`/v1/acl/token/${token.AccessorID}/clone`, {Description: 'clone'});
    await put('/v1/acl/auth-method', {Name: 'jwt', Type: 'jwt', DisplayName: 'J', MaxTokenTTL: '1h', TokenLocality: 'local', Config: {BoundAudiences: ['a'], JWTValidationPubKeys: [key], ClaimMappings: {name: 'n'}}});
    await put('/v1/acl/auth-method/jwt', {Name: 'jwt', Type: 'jwt', Description: 'changed', Config: {BoundAudiences: ['a'], JWTValidationPubKeys: [key]}});
    const rule = await make('binding-rule', {AuthMethod: 'jwt', Selector: 'value.n == "x"', BindType: 'service', BindName: 'svc', Description: 'r'});
    await put(`/v1/acl/binding-rule/${rule.ID}`, {AuthMethod: 'jwt', BindType: 'templated-policy', BindName: 'builtin/service', BindVars: {Name: 'x'}});
    await make('binding-rule', {AuthMethod: 'jwt', BindType: 'role', BindName: 'role3'});
    await put('/v1/acl/binding-rule', {AuthMethod: 'none', BindType: 'role', BindName: 'role3'});
    await remove(`/v1/acl/policy/${policy.ID}`);
    await remove(`/v1/acl/policy/${policy.ID}`);
    await get('/v1/acl/tokens');
    await put(`/v1/acl/token/${token.AccessorID}`, {AccessorID: token.AccessorID, Description: 'again'});
    await remove(`/v1/acl/role/${role.ID}`);
    await remove(`/v1/acl/token/${token.AccessorID}`);
    await remove(`/v1/acl/token/${token.AccessorID}`);
    await remove(`/v1/acl/token/${local.AccessorID}`);
    await remove(`/v1/acl/policy/${other.ID}`);
    await remove(`/v1/acl/binding-rule/${rule.ID}`);
    await remove('/v1/acl/auth-method/jwt');
    await quiet(300);
  },
};
