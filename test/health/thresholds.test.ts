import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type CheckResult, type CheckStatus} from '../../src/health/check-result.ts';
import {ThresholdGate, type Thresholds} from '../../src/health/thresholds.ts';
import {heard, keptLog} from './health-fixture.ts';

function gate(limits: Partial<Thresholds> = {}): {readonly offer: (...results: string[]) => readonly string[]; readonly lines: readonly string[]} {
  const {said, notify} = heard();
  const log = keptLog();
  const made = new ThresholdGate('web', {successBeforePassing: 0, failuresBeforeWarning: 0, failuresBeforeCritical: 0, ...limits}, notify, log);
  return {
    lines: log.lines,
    offer: (...results) => {
      const before = said.length;
      for (const result of results) {
        const [status = '', output = ''] = result.split(' ');
        made.offer({status: status as CheckStatus, output});
      }
      return said.slice(before);
    },
  };
}

describe('thresholds of a check', () => {
  test('without any, each result counts', () => {
    expect(gate().offer('critical a', 'passing b', 'warning c', 'critical d')).toEqual(['critical: a', 'passing: b', 'warning: c', 'critical: d']);
  });

  test('the first result counts at once, whichever it is', () => {
    const limits = {successBeforePassing: 3, failuresBeforeWarning: 2, failuresBeforeCritical: 4};
    expect(gate(limits).offer('passing a')).toEqual(['passing: a']);
    expect(gate(limits).offer('critical a')).toEqual(['critical: a']);
  });

  test('failures come to warning, then to critical; successes to passing only in a row', () => {
    const check = gate({successBeforePassing: 3, failuresBeforeWarning: 2, failuresBeforeCritical: 4});
    check.offer('passing start');
    expect(check.offer('critical 1')).toEqual([]);
    expect(check.offer('critical 2')).toEqual(['warning: 2']);
    expect(check.offer('critical 3')).toEqual(['warning: 3']);
    expect(check.offer('critical 4')).toEqual(['critical: 4']);
    expect(check.offer('passing 1', 'passing 2')).toEqual([]);
    expect(check.offer('critical 1')).toEqual([]);
    expect(check.offer('passing 1', 'warning 2', 'passing 3')).toEqual(['passing: 3']);
  });

  test('results below the threshold are told to the log only', () => {
    const check = gate({successBeforePassing: 2, failuresBeforeWarning: 2, failuresBeforeCritical: 2});
    check.offer('passing a', 'critical b', 'critical c', 'passing d');
    expect(check.lines).toEqual([
      'DEBUG Check status updated',
      'WARN Check failed but has not reached warning/failure threshold',
      'WARN Check is now critical',
      'WARN Check passed but has not reached success threshold',
    ]);
  });

  test('a result that passes by the thresholds counts at once and resets nothing', () => {
    const {said, notify} = heard();
    const made = new ThresholdGate('web', {successBeforePassing: 2, failuresBeforeWarning: 3, failuresBeforeCritical: 3}, notify, keptLog());
    made.offer({status: 'passing', output: 'up'});
    made.offer({status: 'critical', output: 'late', bypassThresholds: true});
    made.offer({status: 'passing', output: 'up again'});
    expect(said).toEqual(['passing: up', 'critical: late', 'passing: up again']);
  });

  test('whatever comes, a status is said only after as many in a row as it takes', () => {
    const result = fc.record({status: fc.constantFrom<CheckStatus>('passing', 'warning', 'critical'), output: fc.constant('')});
    const limits = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)).map(([success, a, b]): Thresholds => ({successBeforePassing: success, failuresBeforeWarning: Math.min(a, b), failuresBeforeCritical: Math.max(a, b)}));
    fc.assert(fc.property(limits, fc.array(result, {maxLength: 30}), (thresholds, results: readonly CheckResult[]) => {
      const {said, notify} = heard();
      const made = new ThresholdGate('web', thresholds, notify, keptLog());
      for (const [at, {status}] of results.entries()) {
        const before = said.length;
        made.offer({status, output: ''});
        const isBad = status === 'critical';
        let inARow = 0;
        while (inARow <= at && (results[at - inARow]?.status === 'critical') === isBad) inARow++;
        // The row that the very first result begins counts as full.
        const row = inARow > at ? Number.POSITIVE_INFINITY : inARow;
        const {successBeforePassing, failuresBeforeWarning, failuresBeforeCritical} = thresholds;
        const expected = !isBad ? (row >= successBeforePassing ? status : undefined) : row >= failuresBeforeCritical ? 'critical' : row >= failuresBeforeWarning ? 'warning' : undefined;
        expect(said.slice(before)).toEqual(expected === undefined ? [] : [`${expected}: `]);
      }
    }));
  });
});
