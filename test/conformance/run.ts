/**
 * Conformance: plays the scenarios against a consul-like program and compares its answers with a real Consul's.
 *
 *   CONSUL=/path/to/program       the program under test (default: this project's bin/consul)
 *   CONSUL_PEER=/path/to/consul   a real Consul to compare with, live; without it the recorded answers are used
 *   --only kv,dns                 only these scenarios        --list   names them
 *   --random 5 [--steps 400]       five scenarios made by chance, from seed 1 (or --seed), compared live with CONSUL_PEER
 *   --filters 5 [--steps 400]      likewise five scenarios of filter expressions
 *   --record                      keeps CONSUL_PEER's answers as the recorded ones
 */
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {aclScenarios, allScenarios} from './all-scenarios.ts';
import {type StepDifference} from './compare.ts';
import {compareTranscripts, vanishedDifferences} from './compare-transcripts.ts';
import {playScenario} from './play-scenario.ts';
import {readRecording, writeRecording} from './recordings.ts';
import {randomFilters} from './random-filters.ts';
import {randomScenario} from './random-scenario.ts';
import {type Scenario} from './scenario.ts';

const {values: options} = parseArgs({options: {
  only: {type: 'string'}, record: {type: 'boolean', default: false}, list: {type: 'boolean', default: false}, brief: {type: 'boolean', default: false},
  random: {type: 'string'}, filters: {type: 'string'}, seed: {type: 'string', default: '1'}, steps: {type: 'string', default: '400'},
}});
const program = process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul');
const peer = process.env['CONSUL_PEER'];

function chosen(): Scenario[] {
  const byChance = (many: string, make: typeof randomScenario): Scenario[] => Array.from({length: Number(many)}, (_, i) => make(Number(options.seed) + i, Number(options.steps)));
  if (options.random !== undefined) return byChance(options.random, randomScenario);
  if (options.filters !== undefined) return byChance(options.filters, randomFilters);
  const names = options.only?.split(',');
  const known = options.record ? [...allScenarios, ...aclScenarios] : allScenarios;
  for (const name of names ?? []) if (!known.some((scenario) => scenario.name === name)) throw new Error(`there is no scenario "${name}"`);
  return known.filter((scenario) => names?.includes(scenario.name) ?? true);
}

function print(difference: StepDifference): void {
  console.log(`\n  step ${difference.step}: ${difference.request}${difference.known === undefined ? '' : `   [known: ${difference.known}]`}`);
  if (!options.brief) for (const line of difference.lines) console.log(`    ${line}`);
}

async function record(scenario: Scenario): Promise<void> {
  if (peer === undefined) throw new Error('--record needs CONSUL_PEER, the path of a real Consul');
  writeRecording(await playScenario(peer, scenario));
  console.log(`${scenario.name}: ${scenario.steps.length} steps recorded`);
}

async function compare(scenario: Scenario): Promise<number> {
  const expected = peer === undefined ? readRecording(scenario.name) : await playScenario(peer, scenario);
  if (expected === undefined) throw new Error(`${scenario.name} has no recorded answers: set CONSUL_PEER`);
  const differences = compareTranscripts(scenario, expected, await playScenario(program, scenario));
  const counted = differences.filter(({known}) => known === undefined).length;
  console.log(`${scenario.name}: ${scenario.steps.length - differences.length} of ${scenario.steps.length} steps alike, ${counted} differ, ${differences.length - counted} are known to`);
  for (const difference of differences) print(difference);
  const vanished = vanishedDifferences(scenario, differences);
  for (const request of vanished) console.log(`\n  ${request}: is listed as a known difference, and is alike`);
  return counted + vanished.length;
}

let failed = 0;
for (const scenario of chosen()) {
  if (options.list) console.log(`${scenario.name}: ${scenario.steps.length} steps`);
  else if (options.record) await record(scenario);
  else {
    try {
      failed += await compare(scenario);
    } catch (error) {
      failed += 1;
      console.log(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
const total = allScenarios.reduce((sum, {steps}) => sum + steps.length, 0);
if (options.list) console.log(`${allScenarios.length} scenarios, ${total} steps`);
process.exitCode = failed === 0 ? 0 : 1;
