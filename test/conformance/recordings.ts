import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Transcript} from './play-scenario.ts';

/** The Consul whose answers are recorded. */
export const RECORDED_VERSION = '1.21.4';

const folder = join(import.meta.dirname, 'recorded', RECORDED_VERSION);

/** The recorded answers of a scenario, or undefined if there are none yet. */
export function readRecording(scenario: string): Transcript | undefined {
  const file = join(folder, `${scenario}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Transcript) : undefined;
}

/** Keeps a transcript as the scenario's recorded answers, one line of JSON for each line of an answer. */
export function writeRecording(transcript: Transcript): void {
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, `${transcript.scenario}.json`), `${JSON.stringify(transcript, null, 1)}\n`);
}
