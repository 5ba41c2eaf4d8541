/**
 * How long the event loops of a server and of a client agent are kept by a large service that is followed through the client,
 * while its instances change, and when all of them change at once.
 *
 *   CONSUL as in run.ts   --instances 10000   --followers 20   --seconds 10
 */
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {ApiCaller} from './api-caller.ts';
import {MonitoredProgram, type Stretch} from './monitored-program.ts';

const WRITERS = 16;
const SHARED_NODES = 4;

const {values: options} = parseArgs({options: {
  instances: {type: 'string', default: '10000'}, followers: {type: 'string', default: '20'}, seconds: {type: 'string', default: '10'},
}});
const [instances, followers, seconds] = [options.instances, options.followers, options.seconds].map(Number) as [number, number, number];

const program = process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul');
const server = await MonitoredProgram.start(program);
const client = await MonitoredProgram.startClient(program, server.place);
const writer = new ApiCaller(server.place.ports.http);
const reader = new ApiCaller(client.place.ports.http);

const register = (i: number, port: number): Promise<void> => writer.put('/v1/catalog/register', {
  Node: `node-${i % SHARED_NODES}`, Address: '127.30.0.1', SkipNodeUpdate: true, Service: {ID: `i${i}`, Service: 'followed', Port: port},
  Check: {CheckID: `c${i}`, Name: 'check', ServiceID: `i${i}`, Status: 'passing'},
});

let isOver = false;
let answers = 0;
let last = 0;
async function follow(at: number): Promise<void> {
  // Each asks for a selection of its own, so that each has an answer of its own made.
  for (let index = 0; !isOver; ) {
    const reply = await reader.call('GET', `/v1/health/service/followed?index=${index}&wait=1s&passing${at === 0 ? '' : `&node-meta=a:${at}`}`);
    if (reply.status !== 200) throw new Error(`following: ${reply.status} ${reply.body}`);
    index = reply.index;
    answers++;
    if (at === 0) last = (JSON.parse(reply.body) as unknown[]).length;
  }
}

const line = (who: string, {loop, ownLongest, gc}: Stretch): string =>
  `  ${who.padEnd(7)} loop p99 ${loop.p99.toFixed(1)}  longest ${loop.max.toFixed(1)}  own ${ownLongest.toFixed(1)}  gc longest ${gc.max.toFixed(1)}`;
async function told(name: string): Promise<void> {
  console.log(name);
  console.log(line('server', await server.stretch()));
  console.log(line('client', await client.stretch()));
}

try {
  await writer.spread(instances, WRITERS, (i) => register(i, 80));
  await server.stretch();
  await client.stretch();
  const first = await reader.call('GET', '/v1/health/service/followed?cached');
  await told(`the first snapshot of ${instances} instances (${first.status})`);
  const following = Array.from({length: followers}, (_, at) => follow(at));
  const untilMs = performance.now() + seconds * 1_000;
  let changes = 0;
  while (performance.now() < untilMs) await register(changes++ % instances, 1_000 + changes);
  await told(`${changes} changes in ${seconds} s, ${answers} answers to ${followers} followers`);
  for (let node = 0; node < SHARED_NODES; node++) {
    await writer.put('/v1/catalog/register', {Node: `node-${node}`, Address: '127.30.0.9', Check: {CheckID: 'n', Name: 'n', Status: 'warning'}});
  }
  await reader.call('GET', '/v1/health/service/followed?index=1&wait=1s');
  await told('the nodes of all instances change');
  isOver = true;
  await Promise.all(following);
  console.log(`the last answer had ${last} instances`);
} finally {
  writer.close();
  reader.close();
  for (const one of [client, server]) {
    await one.kill();
    rmSync(one.place.directory, {recursive: true, force: true});
  }
}
