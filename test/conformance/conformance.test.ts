import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {allScenarios} from './all-scenarios.ts';
import {compareTranscripts, vanishedDifferences} from './compare-transcripts.ts';
import {type StepDifference} from './compare.ts';
import {playScenario} from './play-scenario.ts';
import {readRecording, RECORDED_VERSION} from './recordings.ts';

const root = join(import.meta.dirname, '../..');
const SCENARIO_WITHIN_MS = 300_000;

function told({step, request, lines}: StepDifference): string {
  return [`step ${step}: ${request}`, ...lines].join('\n');
}

describe(`answers as Consul ${RECORDED_VERSION} does`, () => {
  beforeAll(() => {
    if (!existsSync(join(root, 'dist/main.js'))) throw new Error('the program is not built: npm run build');
  });

  for (const scenario of allScenarios) {
    test(`${scenario.name}: ${scenario.steps.length} steps`, {timeout: SCENARIO_WITHIN_MS}, async () => {
      const expected = readRecording(scenario.name);
      if (expected === undefined) throw new Error(`${scenario.name} has no recorded answers`);
      const differences = compareTranscripts(scenario, expected, await playScenario(join(root, 'bin/consul'), scenario));
      expect(differences.filter(({known}) => known === undefined).map(told)).toEqual([]);
      expect(vanishedDifferences(scenario, differences), 'listed as known differences, but alike').toEqual([]);
    });
  }
});
