/**
 * How long our agent's event loop is kept by the largest things one can ask of it.
 *
 *   CONSUL as in run.ts   --keys 1000000   --instances 100000   --wide 10000 (services of one node)   --locks 20000
 *   --only recurse,keys
 */
import {rmSync} from 'node:fs';
import {get} from 'node:http';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {ApiCaller} from './api-caller.ts';
import {loadInstances, loadKeys} from './large-data.ts';
import {MonitoredProgram} from './monitored-program.ts';
import {residentMib} from './process-usage.ts';

const RESTART_WITHIN_MS = 600_000;
const WRITERS = 16;

const {values: options} = parseArgs({options: {
  keys: {type: 'string', default: '1000000'}, instances: {type: 'string', default: '100000'},
  wide: {type: 'string', default: '10000'}, locks: {type: 'string', default: '20000'}, only: {type: 'string'},
}});
const [keys, instances, wide, locks] = [options.keys, options.instances, options.wide, options.locks].map(Number) as [number, number, number, number];

const program = process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul');
const monitored = await MonitoredProgram.start(program);
const {http} = monitored.place.ports;
const api = new ApiCaller(http);

/** Reads an answer and drops it; gives its length. */
function drain(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get({host: '127.0.0.1', port: http, path}, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => { bytes += chunk.length; });
      answer.on('end', () => (answer.statusCode === 200 ? resolve(bytes) : reject(new Error(`${path}: ${answer.statusCode ?? 0}`))));
      answer.on('error', reject);
    }).on('error', reject);
  });
}

const wideNode = {Node: 'wide', Address: '127.30.0.1'};
const register = (i: number): Promise<void> => api.put('/v1/catalog/register', {
  ...wideNode, SkipNodeUpdate: true, Service: {ID: `w${i}`, Service: `wide-${i}`, Port: 80},
  Check: {Node: 'wide', CheckID: `c${i}`, Name: 'check', ServiceID: `w${i}`, Status: 'passing'},
});
let session = '';
async function lockAll(): Promise<void> {
  await api.put('/v1/catalog/register', {Node: 'holder', Address: '127.30.0.2'});
  session = (JSON.parse((await api.call('PUT', '/v1/session/create', {Node: 'holder', Checks: [], NodeChecks: [], LockDelay: '0s'})).body) as {ID: string}).ID;
  await api.spread(locks, WRITERS, (i) => api.put(`/v1/kv/locks/${i}?acquire=${session}`, 'x'));
}

/** In this order: what a step needs was made by those before it. */
const steps: readonly (readonly [name: string, work: () => Promise<unknown>])[] = [
  ['load keys', () => loadKeys(api, keys)],
  ['recurse', () => drain('/v1/kv/?recurse')],
  ['recurse-pretty', () => drain('/v1/kv/big/1?recurse&pretty')],
  ['keys', () => drain('/v1/kv/?keys')],
  ['keys-folded', () => drain('/v1/kv/big/?keys&separator=/')],
  ['recurse-twice', () => Promise.all([drain('/v1/kv/?recurse'), drain('/v1/kv/?recurse')])],
  ['load instances', () => loadInstances(api, instances)],
  ['services', () => drain('/v1/catalog/services')],
  ['nodes', () => drain('/v1/catalog/nodes')],
  ['state-any', () => drain('/v1/health/state/any')],
  ['ui-services', () => drain('/v1/internal/ui/services')],
  ['ui-nodes', () => drain('/v1/internal/ui/nodes')],
  ['filtered services', () => drain(`/v1/catalog/services?filter=${encodeURIComponent('ServiceTags contains a and ServicePort == 8000 and not ServiceMeta.k == v')}`)],
  ['filtered state-any', () => drain(`/v1/health/state/any?filter=${encodeURIComponent('CheckID matches "(?i)i[0-9]*7$" or Output contains x')}`)],
  ['filtered ui-nodes', () => drain(`/v1/internal/ui/nodes?filter=${encodeURIComponent('Services.Service matches "big-.*9$" or Checks.Status != passing')}`)],
  ['overview', () => drain('/v1/internal/ui/catalog-overview')],
  ['load wide node', () => api.spread(wide, WRITERS, register)],
  ['wide node', () => drain('/v1/catalog/node/wide')],
  ['wide node-services', () => drain('/v1/catalog/node-services/wide')],
  ['wide ui-node', () => drain('/v1/internal/ui/node/wide')],
  ['wide node checks', () => drain('/v1/health/node/wide')],
  ['wide node moves', () => api.put('/v1/catalog/register', {...wideNode, Address: '127.30.0.9'})],
  ['wide node check', () => api.put('/v1/catalog/register', {...wideNode, Address: '127.30.0.9', Check: {CheckID: 'n', Name: 'n', Status: 'critical'}})],
  ['wide node goes', () => api.put('/v1/catalog/deregister', {Node: 'wide'})],
  ['load one service', () => api.spread(wide, WRITERS, (i) => api.put('/v1/catalog/register', {Node: `deep-${i}`, Address: '127.30.0.3', Service: {Service: 'deep', Port: 80}}))],
  ['deep health', () => drain('/v1/health/service/deep')],
  ['deep catalog', () => drain('/v1/catalog/service/deep')],
  ['filtered deep', () => drain(`/v1/health/service/deep?filter=${encodeURIComponent('Node.Node matches "^deep-[0-9]*[13579]$"')}`)],
  ['lock', lockAll],
  ['session ends', () => api.put(`/v1/session/destroy/${session}`, '')],
  ['lock again', lockAll],
  ['holder goes', () => api.put('/v1/catalog/deregister', {Node: 'holder'})],
  ['agent services', () => api.spread(wide, WRITERS, (i) => api.put('/v1/agent/service/register', {ID: `a${i}`, Name: `agent-${i}`, Check: {TTL: '1h', Status: 'passing'}}))],
  ['agent list', () => drain('/v1/agent/services')],
  ['agent checks', () => drain('/v1/agent/checks')],
  ['filtered agent list', () => drain(`/v1/agent/services?filter=${encodeURIComponent('Service matches "[02468]$"')}`)],
  ['filtered agent checks', () => drain(`/v1/agent/checks?filter=${encodeURIComponent('ServiceName matches "[02468]$"')}`)],
  ['snapshot', () => drain('/v1/snapshot')],
  ['delete-tree', () => api.call('DELETE', '/v1/kv/big/1?recurse')],
];

try {
  await monitored.stretch();
  console.log('step                 seconds      MiB  loop p99  longest   own  gc longest   gc pauses');
  const only = options.only?.split(',');
  for (const [name, work] of steps) {
    if (only !== undefined && !name.startsWith('lo') && !only.includes(name)) continue;
    const begun = performance.now();
    const result = await work();
    const seconds = (performance.now() - begun) / 1_000;
    const {loop, ownLongest, gc, gcHistogram} = await monitored.stretch();
    const mib = typeof result === 'number' ? (result / (1 << 20)).toFixed(1) : '';
    console.log(`${name.padEnd(20)} ${seconds.toFixed(2).padStart(7)} ${mib.padStart(8)} ${loop.p99.toFixed(1).padStart(9)} ${loop.max.toFixed(1).padStart(8)} ${ownLongest.toFixed(1).padStart(5)} ${gc.max.toFixed(1).padStart(11)}   ${JSON.stringify(gcHistogram)}`);
  }
  console.log(`memory ${Math.round(residentMib(monitored.pid))} MiB`);
  await monitored.kill();
  const restart = await monitored.launch(program, '/v1/kv/big/2/2-0?raw', /a value/, RESTART_WITHIN_MS);
  const {loop, ownLongest, gc, gcHistogram} = await monitored.stretch();
  console.log(`restart ${(restart / 1_000).toFixed(1)} s: loop longest ${loop.max.toFixed(1)} (own ${ownLongest.toFixed(1)}, the loading of the program), gc longest ${gc.max.toFixed(1)} ${JSON.stringify(gcHistogram)}`);
} finally {
  api.close();
  await monitored.kill();
  rmSync(monitored.place.directory, {recursive: true, force: true});
}
