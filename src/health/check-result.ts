/** What a check can say, in Consul's words. */
export type CheckStatus = 'passing' | 'warning' | 'critical';

/** Says whether a text is one of the three statuses. */
export function isCheckStatus(text: string): text is CheckStatus {
  return text === 'passing' || text === 'warning' || text === 'critical';
}

/** What one run of a check found. */
export interface CheckResult {
  readonly status: CheckStatus;
  readonly output: string;
  /** True for results that count at once, whatever the thresholds: a script that timed out or could not start. */
  readonly bypassThresholds?: boolean;
}

/** One kind of check, ready to be run again and again; runs never overlap. */
export interface Probe {
  /**
   * Looks once. Gives up by itself at the check's timeout; never rejects but when `signal` ended it.
   * @param signal ends the run: the check was removed
   */
  run(signal: AbortSignal): Promise<CheckResult>;
}

/** Where a running check tells what it found: the agent's local state. */
export type CheckNotify = (status: CheckStatus, output: string) => void;

/** A check at work. `stop` is final: nothing is notified after it. */
export interface RunningCheck {
  start(): void;
  stop(): void;
}
