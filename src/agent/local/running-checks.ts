import {type CheckType} from '../../catalog/service-definition.ts';
import {type CheckStatus, type RunningCheck} from '../../health/check-result.ts';
import {checkIntervalMsMin, deregisterAfterMsMin} from '../../health/limits.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Random} from '../../runtime/random.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {type CheckRunners, isTtl, type RunnableCheck, type RunningTtl} from './check-runners.ts';
import {notTtl} from './errors.ts';
import {ExposedChecks} from './exposed-checks.ts';
import {type LocalState} from './local-state.ts';

export interface RunningChecksOptions {
  readonly state: LocalState;
  readonly runners: CheckRunners;
  /** Ports under which proxies let checks through. */
  readonly exposePorts: readonly [first: number, last: number];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

interface Running {
  readonly check: RunnableCheck;
  readonly runner: RunningCheck | RunningTtl;
  /** Where its proxy lets it through, to be compared when that changes; '' for one that runs as it was written. */
  readonly target: string;
}

/** The runners of this agent's checks: each check that runs has one, which tells the local state what it finds. */
export class RunningChecks {
  readonly #options: RunningChecksOptions;
  readonly #exposed: ExposedChecks;
  readonly #running = new Map<string, Running>();

  constructor(options: RunningChecksOptions) {
    this.#options = options;
    this.#exposed = new ExposedChecks(options.state, options.exposePorts);
  }

  /** Makes a runner and throws it away. @throws ConsulError for a check that cannot run here */
  refuseUnable(check: RunnableCheck): void {
    this.#options.runners.create(check, () => undefined);
  }

  /** Runs a check that is in the local state, in the place of one with the same id. */
  start(check: RunnableCheck): void {
    this.#warnOfRaised(check);
    this.#running.get(check.checkId)?.runner.stop();
    this.#run(check);
  }

  stop(checkId: string): void {
    this.#running.get(checkId)?.runner.stop();
    this.#running.delete(checkId);
    this.#exposed.release(checkId);
  }

  /** A proxy of this service came, changed or went: its checks may have to go another way. */
  redirect(serviceId: string): void {
    for (const {check, target, runner} of [...this.#running.values()]) {
      if (check.serviceId !== serviceId || this.#way(check).target === target) continue;
      runner.stop();
      this.#run(check);
    }
  }

  /**
   * Passes on the word of whoever keeps a TTL check alive.
   * @returns the output as it is stored, and the TTL in ms
   * @throws ConsulError 500 when the check is of another kind
   */
  update(checkId: string, status: CheckStatus, output: string): {readonly output: string; readonly ttlMs: number} {
    const running = this.#running.get(checkId);
    if (running === undefined || !isTtl(running.runner)) throw notTtl(checkId);
    return {output: running.runner.update(status, output), ttlMs: running.check.type.TTL / NANOS_PER_MILLISECOND};
  }

  /** Checks after whose time in the critical state their service goes. */
  get deregisterAfter(): readonly {readonly checkId: string; readonly afterMs: number}[] {
    const found: {checkId: string; afterMs: number}[] = [];
    for (const {check} of this.#running.values()) {
      const after = check.type.DeregisterCriticalServiceAfter;
      if (after > 0) found.push({checkId: check.checkId, afterMs: Math.max(deregisterAfterMsMin, after / NANOS_PER_MILLISECOND)});
    }
    return found;
  }

  /** How many checks run, and how many of them are TTL checks. */
  get counts(): {readonly monitors: number; readonly ttls: number} {
    const ttls = [...this.#running.values()].filter(({runner}) => isTtl(runner)).length;
    return {monitors: this.#running.size - ttls, ttls};
  }

  /** Stops all; what they said stays. */
  close(): void {
    for (const {runner} of this.#running.values()) runner.stop();
    this.#running.clear();
  }

  /** Times that are too short are raised; who wrote them shall know. */
  #warnOfRaised({checkId, type}: RunnableCheck): void {
    const {logger} = this.#options;
    const {Interval, DeregisterCriticalServiceAfter: after} = type;
    const [leastInterval, leastAfter] = [checkIntervalMsMin * NANOS_PER_MILLISECOND, deregisterAfterMsMin * NANOS_PER_MILLISECOND];
    if (Interval > 0 && Interval < leastInterval) logger.warn('check has interval below minimum', {check: checkId, minimum_interval: formatGoDuration(leastInterval)});
    if (after > 0 && after < leastAfter) logger.warn('check has deregister interval below minimum', {check: checkId, minimum_interval: formatGoDuration(leastAfter)});
  }

  #run(check: RunnableCheck): void {
    const {state, runners, clock, random} = this.#options;
    const {type, port, target} = this.#way(check);
    const runner = runners.create({...check, type}, (status, output) => state.updateCheck(check.checkId, status, output, clock.nowMs(), random));
    this.#running.set(check.checkId, {check, runner, target});
    state.setExposedPort(check.checkId, port);
    runner.start();
  }

  /** Straight, or through the proxy that exposes it; straight too when no port is left, which is told. */
  #way({checkId, serviceId, type}: RunnableCheck): {readonly type: CheckType; readonly port: number; readonly target: string} {
    const straight = {type, port: 0, target: ''};
    try {
      const exposed = this.#exposed.through(checkId, serviceId, type);
      return exposed === undefined ? straight : {...exposed, target: exposed.type.HTTP + exposed.type.GRPC};
    } catch (error) {
      this.#options.logger.error('check is not exposed by its proxy', {check: checkId, error});
      return straight;
    }
  }
}
