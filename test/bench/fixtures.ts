import {type ApiCaller} from './api-caller.ts';

const WIDTH = 50;
const SPREAD_SERVICES = 1_000;
const SPREAD_INSTANCES = 3_000;
const SPREAD_NODES = 900;

/** A loopback address for the i-th node. */
export const nodeAddress = (i: number): string => `127.20.${i >> 8}.${i & 255}`;

/** Services of 5, 100 and 1,000 instances with a check each, 1,000 services of 3 instances, and one key. */
export async function registerFixtures(api: ApiCaller): Promise<void> {
  for (const [service, count] of [['web5', 5], ['web100', 100], ['web1000', 1000]] as const) {
    await api.spread(count, WIDTH, (i) => api.put('/v1/catalog/register', {
      Node: `node-${i}`, Address: nodeAddress(i), Service: {Service: service, Port: 8000, Tags: ['a', 'b'], Meta: {v: '1'}},
      Check: {Node: `node-${i}`, CheckID: `service:${service}`, Name: `check ${service}`, ServiceID: service, Status: 'passing', Output: 'ok'},
    }));
  }
  await api.spread(SPREAD_INSTANCES, WIDTH, (i) => api.put('/v1/catalog/register', {
    Node: `node-${i % SPREAD_NODES}`, Address: nodeAddress(i % SPREAD_NODES), SkipNodeUpdate: true,
    Service: {ID: `s${i}`, Service: `spread-${i % SPREAD_SERVICES}`, Port: 8000},
  }));
  await api.put('/v1/kv/foo', 'hello world');
}

/** Writes one check of one instance: what changes a service's health answer. */
export function writeCheck(api: ApiCaller, service: string, node: number, status: 'passing' | 'critical', output: string): Promise<void> {
  return api.put('/v1/catalog/register', {
    Node: `node-${node}`, Address: nodeAddress(node), SkipNodeUpdate: true,
    Check: {Node: `node-${node}`, CheckID: `service:${service}`, Name: `check ${service}`, ServiceID: service, Status: status, Output: output},
  });
}
