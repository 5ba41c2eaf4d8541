import {type Logger} from '../runtime/logger.ts';
import {type CheckNotify, type CheckResult, type CheckStatus} from './check-result.ts';

/** How many results in a row change the status; agent-checks.md §5. */
export interface Thresholds {
  readonly successBeforePassing: number;
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
}

/**
 * Lets a status through only after enough results in a row. The counters start full, so the very first result
 * counts at once; a warning counts as a success, and results under the threshold change nothing, not even the output.
 */
export class ThresholdGate {
  readonly #checkId: string;
  readonly #limits: Thresholds;
  readonly #notify: CheckNotify;
  readonly #log: Logger;
  #successes: number;
  #failures: number;

  constructor(checkId: string, limits: Thresholds, notify: CheckNotify, log: Logger) {
    this.#checkId = checkId;
    this.#limits = limits;
    this.#notify = notify;
    this.#log = log;
    this.#successes = limits.successBeforePassing;
    this.#failures = limits.failuresBeforeCritical;
  }

  offer(result: CheckResult): void {
    if (result.bypassThresholds === true) this.#notify(result.status, result.output);
    else if (result.status === 'critical') this.#failure(result.output);
    else this.#success(result.status, result.output);
  }

  #success(status: CheckStatus, output: string): void {
    this.#successes++;
    this.#failures = 0;
    if (this.#successes >= this.#limits.successBeforePassing) {
      this.#log.debug('Check status updated', {check: this.#checkId, status});
      this.#notify(status, output);
      return;
    }
    this.#log.warn('Check passed but has not reached success threshold', {
      check: this.#checkId,
      status,
      success_count: this.#successes,
      success_threshold: this.#limits.successBeforePassing,
    });
  }

  #failure(output: string): void {
    this.#failures++;
    this.#successes = 0;
    if (this.#failures >= this.#limits.failuresBeforeCritical) {
      this.#log.warn('Check is now critical', {check: this.#checkId});
      this.#notify('critical', output);
      return;
    }
    if (this.#failures >= this.#limits.failuresBeforeWarning) {
      this.#log.warn('Check is now warning', {check: this.#checkId});
      this.#notify('warning', output);
      return;
    }
    this.#log.warn('Check failed but has not reached warning/failure threshold', {
      check: this.#checkId,
      status: 'critical',
      failure_count: this.#failures,
      warning_threshold: this.#limits.failuresBeforeWarning,
      failure_threshold: this.#limits.failuresBeforeCritical,
    });
  }
}
