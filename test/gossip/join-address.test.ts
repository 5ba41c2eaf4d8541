import {expect, test} from 'vitest';
import {endpointText} from '../../src/gossip/endpoint.ts';
import {joinEndpoints} from '../../src/gossip/join-address.ts';

const names = new Map([['lab', ['10.0.0.1', '10.0.0.2']], ['six.example', ['fd00::1']]]);

async function resolve(host: string): Promise<readonly string[]> {
  const addresses = names.get(host);
  if (addresses === undefined) throw new Error(`lookup ${host}: no such host`);
  return addresses;
}

async function joined(input: string): Promise<string[]> {
  return (await joinEndpoints(input, 8301, resolve)).map(endpointText);
}

test.each([
  ['127.0.0.1', ['127.0.0.1:8301']],
  ['127.0.0.1:9', ['127.0.0.1:9']],
  ['node/127.0.0.1:9', ['127.0.0.1:9']],
  ['s1.dc1/10.0.0.1:8302', ['10.0.0.1:8302']],
  ['[fd00::1]:9', ['[fd00::1]:9']],
  ['[fd00::1]', ['[fd00::1]:8301']],
  ['fd00::1', ['[fd00::1]:8301']],
  ['lab', ['10.0.0.1:8301', '10.0.0.2:8301']],
  ['lab:7', ['10.0.0.1:7', '10.0.0.2:7']],
  ['six.example:7', ['[fd00::1]:7']],
])('%s stands for %o', async (input, endpoints) => {
  expect(await joined(input)).toEqual(endpoints);
});

test.each([
  ['nowhere', 'Failed to resolve nowhere: lookup nowhere: no such host'],
  ['a/nowhere:5', 'Failed to resolve a/nowhere:5: lookup nowhere: no such host'],
  ['', 'Failed to resolve : lookup : no such host'],
  ['lab:99999', 'Failed to resolve lab:99999: strconv.ParseUint: parsing "99999": value out of range'],
  ['127.0.0.1:99999', 'Failed to resolve 127.0.0.1:99999: strconv.ParseUint: parsing "99999": value out of range'],
  ['lab:http', 'Failed to resolve lab:http: strconv.ParseUint: parsing "http": invalid syntax'],
  ['lab:', 'Failed to resolve lab:: strconv.ParseUint: parsing "": invalid syntax'],
  ['[::1', "Failed to resolve [::1: address [::1: missing ']' in address"],
  ['[::1]x:5', 'Failed to resolve [::1]x:5: address [::1]x:5: missing port in address'],
  ['a:b:c', 'Failed to resolve a:b:c: lookup a:b:c: no such host'],
  [':8301', 'Failed to resolve :8301: lookup : no such host'],
])('%s cannot be resolved', async (input, text) => {
  await expect(joined(input)).rejects.toThrow(text);
});
