import {type Clock, type Timer} from '../runtime/clock.ts';
import {errorText} from '../runtime/thrown.ts';
import {type CheckNotify, type CheckStatus, type RunningCheck} from './check-result.ts';
import {aliasRefreshIntervalMs} from './limits.ts';

/** A check as an alias looks at it. */
export interface AliasedCheck {
  readonly node: string;
  readonly serviceId: string;
  readonly name: string;
  readonly status: string;
  readonly output: string;
}

/** Where an alias finds the checks it follows: the agent's own state, or the catalog. */
export interface AliasSource {
  /** All checks that might matter; node-level ones too. */
  checks(signal: AbortSignal): Promise<readonly AliasedCheck[]> | readonly AliasedCheck[];
  serviceExists(signal: AbortSignal): Promise<boolean> | boolean;
  /** Calls back when something may have changed. @returns ends it */
  onChange(listener: () => void): () => void;
}

export interface AliasCheckOptions {
  /** Empty: this agent's node. */
  readonly node: string;
  /** Id of the service; empty: the node alone. */
  readonly serviceId: string;
  readonly source: AliasSource;
  readonly notify: CheckNotify;
  readonly clock: Clock;
}

/** Follows the health of another service or node (agent-checks.md §7). */
export class AliasCheck implements RunningCheck {
  readonly #o: AliasCheckOptions;
  #stop: AbortController | undefined;
  #timer: Timer | undefined;
  #unsubscribe: (() => void) | undefined;
  #isLooking = false;
  #mustLookAgain = false;

  constructor(options: AliasCheckOptions) {
    this.#o = options;
  }

  start(): void {
    if (this.#stop !== undefined) return;
    this.#stop = new AbortController();
    const {signal} = this.#stop;
    this.#unsubscribe = this.#o.source.onChange(() => void this.#look(signal));
    void this.#look(signal);
    this.#refresh(signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#timer?.cancel();
    this.#unsubscribe?.();
  }

  #refresh(signal: AbortSignal): void {
    this.#timer = this.#o.clock.setTimer(aliasRefreshIntervalMs, () => {
      void this.#look(signal);
      this.#refresh(signal);
    });
  }

  /** One look at a time; what changes meanwhile is looked at again. */
  async #look(signal: AbortSignal): Promise<void> {
    if (this.#isLooking) {
      this.#mustLookAgain = true;
      return;
    }
    this.#isLooking = true;
    try {
      do {
        this.#mustLookAgain = false;
        const {status, output} = await this.#evaluate(signal);
        if (signal.aborted) return;
        this.#o.notify(status, output);
      } while (this.#mustLookAgain);
    } catch (error) {
      if (signal.aborted) return;
      this.#o.notify('critical', `Failure checking aliased node or service: ${errorText(error)}`);
    } finally {
      this.#isLooking = false;
    }
  }

  async #evaluate(signal: AbortSignal): Promise<{status: CheckStatus; output: string}> {
    const {node, serviceId, source} = this.#o;
    const all = await source.checks(signal);
    const checks = all.filter(
      (check) => (node === '' || check.node.toLowerCase() === node.toLowerCase()) && (check.serviceId === '' || check.serviceId === serviceId),
    );
    const isSeen = serviceId === '' || checks.some((check) => check.serviceId === serviceId);
    if (!isSeen && !(await source.serviceExists(signal))) {
      return {status: 'critical', output: `Service ${serviceId} could not be found on node ${node}`};
    }
    if (checks.length === 0) return {status: 'passing', output: 'No checks found.'};
    const failing = checks.find(({status}) => status === 'critical') ?? checks.find(({status}) => status === 'warning');
    if (failing === undefined) return {status: 'passing', output: 'All checks passing.'};
    return {status: failing.status as CheckStatus, output: `Aliased check "${failing.name}" failing: ${failing.output}`};
  }
}
