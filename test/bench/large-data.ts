import {type ApiCaller} from './api-caller.ts';
import {nodeAddress} from './fixtures.ts';

const KEYS_PER_TXN = 64;
const WRITERS = 16;
const SERVICES = 1_000;
const NODES = 5_000;
const VALUE = Buffer.from('a value of some fifty bytes, as configuration has it').toString('base64');

/** Writes keys `big/<0…999>/<transaction>-<0…63>` by transactions of 64. */
export function loadKeys(api: ApiCaller, keys: number): Promise<void> {
  return api.spread(Math.ceil(keys / KEYS_PER_TXN), WRITERS, (i) => api.put('/v1/txn', Array.from({length: KEYS_PER_TXN}, (_, j) => ({KV: {Verb: 'set', Key: `big/${i % 1000}/${i}-${j}`, Value: VALUE}}))));
}

/** Registers instances of 1,000 services on 5,000 nodes, each with a check. */
export function loadInstances(api: ApiCaller, instances: number): Promise<void> {
  return api.spread(instances, WRITERS, (i) => api.put('/v1/catalog/register', {
    Node: `big-${i % NODES}`, Address: nodeAddress(i % NODES), Service: {ID: `i${i}`, Service: `big-${i % SERVICES}`, Port: 8000, Tags: ['a']},
    Check: {CheckID: `service:i${i}`, Name: 'check', ServiceID: `i${i}`, Status: 'passing'},
  }));
}
