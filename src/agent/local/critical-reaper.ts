import {reapIntervalMs} from '../../health/limits.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {type LocalState} from './local-state.ts';
import {type Registrations} from './registrations.ts';
import {type RunningChecks} from './running-checks.ts';

/** Removes services one of whose checks has been critical for as long as it says is too long (agent-checks.md §9). */
export class CriticalReaper {
  readonly #state: LocalState;
  readonly #registrations: Registrations;
  readonly #checksRunning: RunningChecks;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: Timer | undefined;

  constructor(options: {state: LocalState; registrations: Registrations; checksRunning: RunningChecks; clock: Clock; logger: Logger}) {
    this.#state = options.state;
    this.#registrations = options.registrations;
    this.#checksRunning = options.checksRunning;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  start(): void {
    this.#timer = this.#clock.setTimer(reapIntervalMs, () => {
      this.start();
      void this.reap();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Looks once through all checks. Resolves when what is overdue is removed. */
  async reap(): Promise<void> {
    for (const {checkId, afterMs} of this.#checksRunning.deregisterAfter) {
      await this.#registrations.exclusive(() => this.#reapOne(checkId, afterMs));
    }
  }

  async #reapOne(checkId: string, afterMs: number): Promise<void> {
    const entry = this.#state.check(checkId);
    if (entry?.criticalSinceMs === undefined || this.#clock.nowMs() - entry.criticalSinceMs <= afterMs) return;
    const service = entry.check.ServiceID;
    if (this.#state.service(service) === undefined) return;
    try {
      await this.#registrations.removeService(service);
      this.#logger.info("deregistered service with critical health due to exceeding health check's 'deregister_critical_service_after' timeout", {
        service,
        check: checkId,
        timeout: formatGoDuration(afterMs * NANOS_PER_MILLISECOND),
      });
    } catch (error) {
      this.#logger.error("failed to deregister service with critical health exceeding health check's 'deregister_critical_service_after' timeout", {service, check: checkId, error});
    }
  }
}
