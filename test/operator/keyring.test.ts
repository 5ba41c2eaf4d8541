import {expect, test} from 'vitest';
import {allowAll, denyAll, fixedResolver} from '../../src/acl/fixed-authorizers.ts';
import {ConsulError} from '../../src/consul-error.ts';
import {KeyManager} from '../../src/gossip/key-manager.ts';
import {keyringEndpoints} from '../../src/operator/keyring-endpoint.ts';
import {KeyringRequest, KeyringResponses} from '../../src/operator/keyring-schema.ts';
import {startAgent} from '../agent/running-agent.ts';

const first = Buffer.alloc(32, 1).toString('base64');
const second = Buffer.alloc(16, 2).toString('base64');
const lanOnly = {WAN: false, Datacenter: 'dc1', Segment: '', NumNodes: 1};
const encrypted = `encrypt = "${first}"`;

test('a new key is installed, used, and the old one removed', async () => {
  const agent = await startAgent({config: encrypted});
  for (const [method, Key] of [['POST', second], ['PUT', second], ['DELETE', first]] as const) {
    expect(await agent.call(method, '/v1/operator/keyring', {Key})).toMatchObject({status: 200, text: ''});
  }
  expect(await agent.json('/v1/operator/keyring')).toEqual([{...lanOnly, Keys: {[second]: 1}, PrimaryKeys: {[second]: 1}}]);
});

test('a list of the local pool leaves the WAN and other datacenters out; else the WAN comes first, and who cannot be asked is told of', async () => {
  const keys = new KeyManager(() => Promise.resolve({nodes: 0, result: {acks: new Set(), answers: new Map()}}));
  const [endpoint] = keyringEndpoints({
    datacenter: 'dc1',
    resolver: fixedResolver(allowAll),
    lan: () => keys,
    wan: () => keys,
    datacenters: () => ['dc1', 'dc2'],
    router: {call: () => Promise.reject(new ConsulError('No path to datacenter'))},
  });
  const poolsOf = async (asked: Partial<KeyringRequest>): Promise<unknown> => {
    const {Responses} = KeyringResponses.make((await endpoint?.handle(KeyringRequest.make({Operation: 'list', ...asked}), undefined)) as KeyringResponses);
    return Responses?.map(({WAN, Datacenter, Error: error}) => [WAN, Datacenter, error]);
  };
  expect(await poolsOf({})).toEqual([[true, 'dc1', ''], [false, 'dc1', ''], [false, 'dc2', 'No path to datacenter']]);
  expect(await poolsOf({LocalOnly: true})).toEqual([[false, 'dc1', '']]);
  expect(await poolsOf({Forwarded: true})).toEqual([[false, 'dc1', '']]);
});

test('the key in use is not removed, and pool and node say so', async () => {
  const agent = await startAgent({config: encrypted});
  expect(await agent.call('DELETE', '/v1/operator/keyring', {Key: first})).toMatchObject({
    status: 500,
    text: '2 errors occurred:\n\t* dc1 (LAN) error: 1/1 nodes reported failure\n\t* n1: Removing the primary key is not allowed\n\n',
  });
});

test('a pool without encryption has no keys to list', async () => {
  const agent = await startAgent();
  const {status, text} = await agent.call('GET', '/v1/operator/keyring?local-only=true');
  expect(status).toBe(500);
  expect(text).toBe('2 errors occurred:\n\t* dc1 (LAN) error: 1/1 nodes reported failure\n\t* n1: Keyring is empty (encryption not enabled)\n\n');
});

test.each([
  ['GET', 'relay-factor=6', 'Invalid relay-factor: Relay factor must be in range: [0, 5]'],
  ['GET', 'relay-factor=-1', 'Invalid relay-factor: Relay factor must be in range: [0, 5]'],
  ['GET', 'relay-factor=x', 'Error parsing relay factor: strconv.Atoi: parsing "x": invalid syntax'],
  ['GET', 'local-only=maybe', 'Error parsing local-only: strconv.ParseBool: parsing "maybe": invalid syntax'],
  ['POST', 'local-only=true', 'Invalid use of local-only: local-only can only be set for list requests'],
  ['PUT', 'relay-factor=x&local-only=maybe', 'Error parsing relay factor: strconv.Atoi: parsing "x": invalid syntax'],
])('%s ?%s is refused', async (method, query, text) => {
  const agent = await startAgent();
  expect(await agent.call(method, `/v1/operator/keyring?${query}`, method === 'GET' ? undefined : {Key: first})).toMatchObject({status: 400, text});
});

test('a token without keyring:read lists nothing', async () => {
  const agent = await startAgent({config: encrypted, authorizer: denyAll});
  const {status, text} = await agent.call('GET', '/v1/operator/keyring');
  expect(status).toBe(403);
  expect(text).toContain("lacks permission 'keyring:read'");
});
