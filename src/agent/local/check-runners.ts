import {type CheckType} from '../../catalog/service-definition.ts';
import {type CheckNotify, type CheckStatus, type RunningCheck} from '../../health/check-result.ts';

/** A check as its runner needs it. */
export interface RunnableCheck {
  readonly checkId: string;
  /** '' for a check of the node */
  readonly serviceId: string;
  readonly type: CheckType;
  /** For questions that the check asks of the servers; '' = the agent's */
  readonly token: string;
}

/** A check that something outside keeps alive. */
export interface RunningTtl extends RunningCheck {
  /** @returns the output as it was stored */
  update(status: CheckStatus, output: string): string;
}

/** Makes the runner of a check, of whatever kind. @throws ConsulError for a kind that cannot run here */
export interface CheckRunners {
  create(check: RunnableCheck, notify: CheckNotify): RunningCheck | RunningTtl;
}

/** Whether the check is one that its owner reports, and nobody runs. */
export function isTtl(runner: RunningCheck | RunningTtl): runner is RunningTtl {
  return 'update' in runner;
}
