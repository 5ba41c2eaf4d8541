import {ask, send, type HttpStep, type Scenario} from '../scenario.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

const READS = [
  'agent/self', 'agent/members', 'agent/services', 'agent/checks', 'agent/service/nope', 'agent/health/service/id/nope', 'agent/health/service/name/nope', 'agent/version', 'agent/host',
  'catalog/datacenters', 'catalog/nodes', 'catalog/services', 'catalog/service/nope', 'catalog/connect/nope', 'catalog/node/nope', 'catalog/node-services/nope', 'catalog/gateway-services/nope',
  'health/node/nope', 'health/checks/nope', 'health/state/critical', 'health/service/nope', 'health/connect/nope', 'health/ingress/nope', 'kv/nope', 'kv/nope?recurse', 'kv/nope?keys',
  `session/info/${NOBODY}`, 'session/node/nope', 'session/list', 'event/list', 'status/leader', 'status/peers', 'coordinate/datacenters', 'coordinate/nodes', 'coordinate/node/nope',
  'operator/raft/configuration', 'operator/autopilot/configuration', 'operator/keyring', 'operator/usage', 'internal/ui/nodes', 'internal/ui/node/nope', 'internal/ui/services', 'internal/ui/catalog-overview',
];

const WRITES: readonly (readonly [path: string, body?: unknown])[] = [
  ['agent/service/register', {Name: 'web'}], ['agent/service/deregister/nope'], ['agent/check/register', {Name: 'c', TTL: '10s'}], ['agent/check/deregister/nope'], ['agent/check/pass/nope'], ['agent/check/update/nope', {Status: 'passing'}],
  ['agent/maintenance?enable=false'], ['agent/service/maintenance/nope?enable=true'], ['agent/force-leave/nope'], ['agent/reload'], ['agent/token/default', {Token: ''}],
  ['catalog/register', {Node: 'foo', Address: '10.0.0.1'}], ['catalog/deregister', {Node: 'nope'}], ['txn', []], ['session/create', {}], [`session/destroy/${NOBODY}`], [`session/renew/${NOBODY}`], ['event/fire/x'],
  ['coordinate/update', {Node: 'nope', Coord: {Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1, Adjustment: 0, Height: 0.1}}], ['kv/a', 'x'],
  ['operator/raft/transfer-leader?id=nope'], ['operator/keyring', {Key: 'x'}],
];

const OPTIONS = ['ns=x', 'partition=x', 'index=x', 'wait=x', 'max_stale=x', 'stale&consistent', 'cached&consistent', 'dc=nope'];

const withOption = (path: string, option: string): string => `/v1/${path}${path.includes('?') ? '&' : '?'}${option}`;
const plain = {view: 'text', withoutHeaders: ['x-consul-index', 'x-consul-lastcontact', 'cache-control']} as const;

/** Options that many endpoints take, and each in its own way: who reads them, and what is said first when they are bad. */
export const commonOptions: Scenario = {
  name: 'common-options',
  mode: 'dev',
  steps: [
    ...READS.flatMap((path) => OPTIONS.map((option): HttpStep => ask('GET', withOption(path, option), {...plain, view: viewOf(path)}))),
    ...WRITES.flatMap(([path, body]) => OPTIONS.map((option): HttpStep => body === undefined ? ask(methodOf(path), withOption(path, option), plain) : send(methodOf(path), withOption(path, option), body, plain))),
    ...['catalog/nodes', 'health/service/nope', 'session/list', 'agent/services', 'internal/ui/services', 'coordinate/nodes', 'txn'].flatMap((path) => ['X-Consul-Namespace', 'X-Consul-Partition'].map((name) => ask(path === 'txn' ? 'PUT' : 'GET', `/v1/${path}`, {...plain, view: viewOf(path), headers: {[name]: 'x'}}))),
  ],
};

function methodOf(path: string): string {
  return path.startsWith('operator/') ? 'POST' : 'PUT';
}

/** Where the body is the program's or the machine's own, an error's text still shows in its status. */
function viewOf(path: string): 'text' | 'none' {
  return /^agent\/(?:self|host|members|version)|^coordinate\/datacenters|^internal\/ui\/(?:nodes|services)/.test(path) ? 'none' : 'text';
}
