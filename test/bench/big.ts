/**
 * A large store: a million keys by transactions of 64, a hundred thousand service instances; load times, memory,
 * snapshot, restart to the first read, and how long the agent kept a bystander waiting meanwhile.
 *
 *   CONSUL, CONSUL_PEER as in run.ts   --keys 1000000   --instances 100000
 */
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {exchangeHttp} from '../conformance/exchange-http.ts';
import {launchProgram, newPlace} from '../conformance/program.ts';
import {ApiCaller} from './api-caller.ts';
import {type Figure} from './cases.ts';
import {Figures, figuresTable} from './figures-table.ts';
import {loadInstances, loadKeys} from './large-data.ts';
import {residentMib} from './process-usage.ts';
import {timeToAnswer} from './start-up.ts';

const RESTART_WITHIN_MS = 600_000;
const PROBE_EVERY_MS = 20;

const {values: options} = parseArgs({options: {keys: {type: 'string', default: '1000000'}, instances: {type: 'string', default: '100000'}}});
const keys = Number(options.keys);
const instances = Number(options.instances);

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Asks for the leader again and again: the longest wait is the longest the agent did nothing else. */
class Bystander {
  readonly #waitsMs: number[] = [];
  #on = true;
  readonly #done: Promise<void>;

  constructor(port: number) {
    this.#done = this.#watch(port);
  }

  async #watch(port: number): Promise<void> {
    while (this.#on) {
      const begun = performance.now();
      await exchangeHttp(port, {method: 'GET', path: '/v1/status/leader'});
      this.#waitsMs.push(performance.now() - begun);
      await pause(PROBE_EVERY_MS);
    }
  }

  async figures(during: string): Promise<Figure[]> {
    this.#on = false;
    await this.#done;
    const sorted = this.#waitsMs.sort((a, b) => a - b);
    return [
      {name: `bystander p99, ${during}`, value: sorted[Math.floor(sorted.length * 0.99)] ?? 0, unit: 'ms', better: 'less'},
      {name: `bystander longest, ${during}`, value: sorted.at(-1) ?? 0, unit: 'ms', better: 'less'},
    ];
  }
}

async function watched(port: number, during: string, work: () => Promise<void>): Promise<Figure[]> {
  const bystander = new Bystander(port);
  const ms = await timed(work);
  return [{name: during, value: ms / 1_000, unit: 's', better: 'less'}, ...await bystander.figures(during)];
}

/** What the agent's own metrics say of its event loop and of garbage collection, if it offers any. */
async function ownFigures(api: ApiCaller): Promise<string[]> {
  const {status, body} = await api.call('GET', '/v1/agent/metrics');
  if (status !== 200 || !body.startsWith('{')) return [`no metrics: ${status} ${body.trim()}`]; // Consul fails so on a sample without a mean
  const metrics = JSON.parse(body) as {Gauges?: {Name: string; Value: number}[]; Samples?: {Name: string; Count: number; Mean: number; Max: number}[]};
  const wanted = /loop|gc|pause/i;
  return [
    ...(metrics.Gauges ?? []).filter(({Name}) => wanted.test(Name)).map(({Name, Value}) => `${Name} = ${Value}`),
    ...(metrics.Samples ?? []).filter(({Name}) => wanted.test(Name)).map(({Name, Count, Mean, Max}) => `${Name}: ${Count} times, mean ${Mean.toFixed(2)}, longest ${Max.toFixed(2)}`),
  ];
}

async function measure(program: string): Promise<Figures> {
  const figures = new Figures();
  const place = await newPlace();
  const {http} = place.ports;
  let launched = await launchProgram(program, {mode: 'server', config: {limits: {http_max_conns_per_client: 10_000}}}, place);
  try {
    await timeToAnswer(http, '/v1/status/leader', /:/, performance.now());
    const api = new ApiCaller(http);
    figures.add(await watched(http, `load ${keys.toLocaleString('en')} keys`, () => loadKeys(api, keys)));
    figures.add(await watched(http, `load ${instances.toLocaleString('en')} instances`, () => loadInstances(api, instances)));
    figures.add([{name: 'memory', value: residentMib(launched.child.pid ?? 0), unit: 'MiB', better: 'less'}]);
    figures.add(await watched(http, 'snapshot', async () => {
      await exchangeHttp(http, {method: 'GET', path: '/v1/snapshot'}, RESTART_WITHIN_MS);
    }));
    for (const line of await ownFigures(api)) console.error(`  ${line}`);
    api.close();
    await launched.kill();
    const begun = performance.now();
    launched = await launchProgram(program, {mode: 'server'}, place);
    const restart = await timeToAnswer(http, '/v1/kv/big/0/0-0?raw', /a value/, begun, RESTART_WITHIN_MS);
    figures.add([{name: 'restart to the first read', value: restart / 1_000, unit: 's', better: 'less'}]);
    return figures;
  } finally {
    await launched.kill();
    rmSync(place.directory, {recursive: true, force: true});
  }
}

const peer = process.env['CONSUL_PEER'];
const theirs = peer === undefined ? undefined : await measure(peer);
const ours = await measure(process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul'));
for (const line of figuresTable(ours, theirs)) console.log(line);
