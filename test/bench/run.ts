/**
 * Measures this program beside a real Consul: alternating runs on one machine, medians, spread and ratios.
 *
 *   CONSUL=/path/to/program      the program under test (default: this project's bin/consul)
 *   CONSUL_PEER=/path/to/consul  the Consul beside it; without it only our own figures are shown
 *   --rounds 5   --seconds 4     runs of each program, length of each load
 *   --only kv_get,dns_a_5        only these cases (`start` and `cluster_put`, three durable servers, are two of them)
 *   --mode server|dev            durable (default), or in memory
 *
 * Only ratios of one and the same run mean anything: keep no absolute figure. Needs wrk and dnsperf.
 */
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {startProgram} from '../conformance/program.ts';
import {ApiCaller} from './api-caller.ts';
import {benchCases} from './cases.ts';
import {clusterPutFigures} from './cluster-puts.ts';
import {Figures, figuresTable} from './figures-table.ts';
import {registerFixtures} from './fixtures.ts';
import {residentMib} from './process-usage.ts';
import {startUpFigures} from './start-up.ts';

const {values: options} = parseArgs({options: {
  rounds: {type: 'string', default: '5'}, seconds: {type: 'string', default: '4'}, only: {type: 'string'}, mode: {type: 'string', default: 'server'},
}});
const START = 'start';
const CLUSTER_PUT = 'cluster_put';
const names = [START, CLUSTER_PUT, ...benchCases.map(({name}) => name)];
const only = options.only?.split(',');
for (const name of only ?? []) if (!names.includes(name)) throw new Error(`there is no case "${name}"; there are: ${names.join(', ')}`);
const chosen = (name: string): boolean => only?.includes(name) ?? true;
const mode = options.mode === 'dev' ? 'dev' : 'server';
const seconds = Number(options.seconds);

/** One run of one program, all cases on one agent. */
async function measure(program: string, figures: Figures): Promise<void> {
  if (chosen(START)) figures.add(await startUpFigures(program));
  if (chosen(CLUSTER_PUT)) figures.add(await clusterPutFigures(program, seconds));
  const cases = benchCases.filter(({name}) => chosen(name));
  if (cases.length === 0) return;
  const running = await startProgram(program, {mode, config: {limits: {http_max_conns_per_client: 10_000}}});
  const api = new ApiCaller(running.ports.http);
  try {
    await registerFixtures(api);
    const target = {pid: running.pid, httpPort: running.ports.http, dnsPort: running.ports.dns, directory: running.directory, seconds};
    for (const benchCase of cases) figures.add(await benchCase.run(target, api));
    figures.add([{name: 'memory', value: residentMib(running.pid), unit: 'MiB', better: 'less'}]);
  } finally {
    api.close();
    await running.stop();
  }
}

const program = process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul');
const peer = process.env['CONSUL_PEER'];
const ours = new Figures();
const theirs = new Figures();
const rounds = Number(options.rounds);
for (let round = 1; round <= rounds; round += 1) {
  // who goes first alternates, so that a machine that warms up or fills up favours nobody
  const order: [string, Figures][] = [[program, ours], ...(peer === undefined ? [] : [[peer, theirs] as [string, Figures]])];
  for (const [path, figures] of round % 2 === 1 ? order : order.reverse()) await measure(path, figures);
  console.error(`round ${round} of ${rounds}`);
}
for (const line of figuresTable(ours, peer === undefined ? undefined : theirs)) console.log(line);
