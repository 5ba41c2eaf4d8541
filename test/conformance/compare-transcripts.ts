import {compareAnswers, Pairing, type StepDifference} from './compare.ts';
import {KNOWN_DIFFERENCES} from './known-differences.ts';
import {type Transcript} from './play-scenario.ts';
import {describeStep, type Scenario, type Step} from './scenario.ts';

/**
 * All differences between what was expected of a scenario and what a program answered. A recording made from another
 * list of steps is an error: it has to be recorded anew.
 */
export function compareTranscripts(scenario: Scenario, expected: Transcript, actual: Transcript): StepDifference[] {
  const pairing = new Pairing();
  const differences: StepDifference[] = [];
  if (expected.answers.length !== scenario.steps.length) throw new Error(`${scenario.name}: ${expected.answers.length} answers are recorded for ${scenario.steps.length} steps; record them anew`);
  for (const [i, step] of scenario.steps.entries()) {
    const request = describeStep(step);
    const wanted = expected.answers[i];
    if (wanted?.request !== request) throw new Error(`${scenario.name}, step ${i + 1}: recorded for "${wanted?.request ?? ''}", the scenario has "${request}"; record it anew`);
    const lines = compareAnswers(wanted.lines, actual.answers[i]?.lines ?? [], pairing);
    if (lines.length > 0) differences.push({step: i + 1, request, lines, ...(step.note !== undefined && {note: step.note}), ...knownReason(scenario.name, step)});
  }
  return differences;
}

function knownReason(scenario: string, step: Step): {known?: string} {
  const entry = KNOWN_DIFFERENCES.find((each) => each.scenario === scenario && each.requests.some((name) => name === step.note || name === describeStep(step)));
  return entry === undefined ? {} : {known: entry.why};
}

/** The requests of a scenario that are listed as known to differ, and do not. */
export function vanishedDifferences(scenario: Scenario, differences: readonly StepDifference[]): string[] {
  const listed = KNOWN_DIFFERENCES.filter((each) => each.scenario === scenario.name).flatMap(({requests}) => requests);
  return listed.filter((name) => !differences.some(({request, note}) => name === note || name === request));
}
