import {type CheckType} from '../../catalog/service-definition.ts';
import {type HealthCheck, type NodeService} from '../../catalog/schema.ts';
import {type CheckStatus, type RunningCheck} from '../../health/check-result.ts';
import {deregisterAfterMsMin} from '../../health/limits.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Random} from '../../runtime/random.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {checksOfService} from './built-check.ts';
import {withServiceDefaults} from './built-service.ts';
import {kindOf, runsPrograms} from './check-kind.ts';
import {type CheckRunners, isTtl, type RunningTtl} from './check-runners.ts';
import {type DefinitionFiles} from './definition-files.ts';
import {badCheckType, localScriptsDisabled, notTtl, noSuchService, remoteScriptsDisabled, unknownCheckId, unknownServiceId} from './errors.ts';
import {type DefinitionSource, type LocalState} from './local-state.ts';
import {sidecarIdOf} from './sidecar.ts';

/** Who may register checks that run programs (agent-checks.md §8). */
export interface ScriptRights {
  readonly remote: boolean;
  readonly local: boolean;
}

export interface RegistrationsOptions {
  readonly nodeName: string;
  readonly state: LocalState;
  readonly files: DefinitionFiles;
  readonly runners: CheckRunners;
  readonly scripts: ScriptRights;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface DefinitionOrigin {
  /** '' = the agent's */
  readonly token: string;
  /** `remote` definitions are those of the API. */
  readonly source: DefinitionSource;
  /** Written to the data_dir. */
  readonly persist: boolean;
}

/** A service with the checks it brings. */
export interface ServiceRegistration {
  readonly service: NodeService;
  readonly checkTypes: readonly CheckType[];
}

/** A check with what runs it; null for one that only says something, as maintenance does. */
export interface CheckRegistration {
  readonly check: HealthCheck;
  readonly type: CheckType | null;
}

interface Running {
  readonly type: CheckType;
  readonly runner: RunningCheck | RunningTtl;
}

const validDnsLabel = /^[a-zA-Z0-9-]+$/;
const dnsLabelCharsMax = 63;

/**
 * Registers and removes services and checks: what is refused leaves nothing behind, what is accepted is in the files,
 * in the local state and has its runner (agent-checks.md §3). One registration at a time.
 */
export class Registrations {
  readonly #options: RegistrationsOptions;
  readonly #running = new Map<string, Running>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: RegistrationsOptions) {
    this.#options = options;
  }

  /** Runs what must not meet another registration half-way. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(work, work);
    this.#queue = mine.catch(() => undefined);
    return await mine;
  }

  /**
   * Registers services together: one, or one and its sidecar. Checks that are there keep what they said last.
   * @param replaceChecks removes checks of these services that they do not bring any more
   * @throws ConsulError with Consul's text; nothing is registered then
   */
  async addServices(given: readonly ServiceRegistration[], origin: DefinitionOrigin, replaceChecks: boolean): Promise<void> {
    const {state, nodeName, files} = this.#options;
    const prepared = given.map(({service, checkTypes}) => {
      const filled = withServiceDefaults(service);
      this.#warnOfName(filled.Service);
      const checks = checksOfService(nodeName, filled, checkTypes).map((check, at) => ({check, type: checkTypes[at] ?? null}));
      for (const type of checkTypes) this.refuseUnfit(type, origin.source);
      return {service: filled, checks: checks.map((one) => ({...one, check: this.#asBefore(one.check)})), runners: checks.map((one) => this.#runnerOf(one, origin.token))};
    });
    for (const {service, checks} of prepared) {
      if (origin.persist) {
        await files.saveService(service, origin.token, origin.source);
        for (const {check, type} of checks) await files.saveCheck(check, type, origin.token, origin.source);
      }
    }
    for (const {service, checks, runners} of prepared) {
      const before = replaceChecks ? state.checksOf(service.ID) : [];
      state.putService(service, origin);
      checks.forEach((one, at) => this.#start(one, runners[at], origin));
      const kept = new Set(checks.map(({check}) => check.CheckID));
      for (const {check} of before) if (!kept.has(check.CheckID)) await this.removeCheck(check.CheckID);
    }
  }

  /**
   * Registers one check. @throws ConsulError 404 when the service it names is not there, 500 when it cannot run here
   */
  async addCheck(registration: CheckRegistration, origin: DefinitionOrigin): Promise<void> {
    const {state, files} = this.#options;
    const {check, type} = registration;
    if (check.ServiceID !== '' && state.service(check.ServiceID) === undefined) throw noSuchService(check.ServiceID);
    if (type !== null) this.refuseUnfit(type, origin.source);
    const kept = {check: this.#asBefore(check), type};
    const runner = this.#runnerOf(kept, origin.token);
    if (origin.persist) await files.saveCheck(kept.check, type, origin.token, origin.source);
    this.#start(kept, runner, origin);
  }

  /** Removes a service with its checks and the sidecar that came with it. @throws ConsulError 404 when there is none */
  async removeService(id: string): Promise<void> {
    const {state, files, logger} = this.#options;
    if (state.service(id) === undefined) throw unknownServiceId(id);
    state.removeService(id);
    const checks = state.checksOf(id);
    for (const {check} of checks) this.#stop(check.CheckID);
    await files.purgeService(id);
    for (const {check} of checks) await files.purgeCheck(check.CheckID);
    logger.debug('removed service', {service: id});
    const sidecar = state.service(sidecarIdOf(id));
    if (sidecar?.service.LocallyRegisteredAsSidecar === true) await this.removeService(sidecar.service.ID);
  }

  /** @throws ConsulError 404 when there is none */
  async removeCheck(id: string): Promise<void> {
    const {state, files, logger} = this.#options;
    if (state.check(id) === undefined) throw unknownCheckId(id);
    this.#stop(id);
    await files.purgeCheck(id);
    logger.debug('removed check', {check: id});
  }

  /** Removes a service that is not in the configuration any more, unless it was registered anew since. */
  async removeConfiguredService(id: string): Promise<void> {
    if (this.#options.state.service(id)?.source === 'local') await this.removeService(id);
  }

  async removeConfiguredCheck(id: string): Promise<void> {
    if (this.#options.state.check(id)?.source === 'local') await this.removeCheck(id);
  }

  /**
   * Takes the word of whoever keeps a TTL check alive. It is kept in the data_dir until it would have expired.
   * @throws ConsulError 404 when there is no such check, 500 when it is of another kind
   */
  async updateTtl(id: string, status: CheckStatus, output: string): Promise<void> {
    const {state, files, clock} = this.#options;
    if (state.check(id) === undefined) throw unknownCheckId(id);
    const running = this.#running.get(id);
    if (running === undefined || !isTtl(running.runner)) throw notTtl(id);
    const Output = running.runner.update(status, output);
    const Expires = Math.floor((clock.wallMs() + running.type.TTL / NANOS_PER_MILLISECOND) / 1000);
    await files.saveCheckState({CheckID: id, Output, Status: status, Expires});
  }

  /** Checks after whose time in the critical state their service goes. */
  get deregisterAfter(): readonly {readonly checkId: string; readonly afterMs: number}[] {
    const found: {checkId: string; afterMs: number}[] = [];
    for (const [checkId, {type}] of this.#running) {
      if (type.DeregisterCriticalServiceAfter <= 0) continue;
      found.push({checkId, afterMs: Math.max(deregisterAfterMsMin, type.DeregisterCriticalServiceAfter / NANOS_PER_MILLISECOND)});
    }
    return found;
  }

  /** How many checks run, and how many of them are TTL checks. */
  get running(): {readonly monitors: number; readonly ttls: number} {
    const ttls = [...this.#running.values()].filter(({runner}) => isTtl(runner)).length;
    return {monitors: this.#running.size - ttls, ttls};
  }

  /** Stops all runners; what they said stays. */
  close(): void {
    for (const {runner} of this.#running.values()) runner.stop();
    this.#running.clear();
  }

  /** A check that is registered again says what it said last, until it has run. */
  #asBefore(check: HealthCheck): HealthCheck {
    const before = this.#options.state.check(check.CheckID)?.check;
    return before === undefined ? check : {...check, Status: before.Status, Output: before.Output};
  }

  /** @throws ConsulError for a check that could not be run, or that this agent was told not to run */
  refuseUnfit(type: CheckType, source: DefinitionSource): void {
    const kind = kindOf(type);
    if (kind === undefined) throw badCheckType();
    if (!runsPrograms(kind)) return;
    const {remote, local} = this.#options.scripts;
    if (source === 'remote' && !remote) throw remoteScriptsDisabled();
    if (source === 'local' && !remote && !local) throw localScriptsDisabled();
  }

  #runnerOf({check, type}: CheckRegistration, token: string): RunningCheck | RunningTtl | undefined {
    if (type === null) return undefined;
    const {state, clock, random, runners} = this.#options;
    const {CheckID} = check;
    return runners.create({checkId: CheckID, serviceId: check.ServiceID, type, token}, (status, output) =>
      state.updateCheck(CheckID, status, output, clock.nowMs(), random),
    );
  }

  #start({check, type}: CheckRegistration, runner: RunningCheck | RunningTtl | undefined, origin: DefinitionOrigin): void {
    const {state, logger} = this.#options;
    this.#running.get(check.CheckID)?.runner.stop();
    this.#running.delete(check.CheckID);
    // What it said while its file was being written counts too.
    state.putCheck(this.#asBefore(check), origin);
    if (type === null || runner === undefined) return;
    const after = type.DeregisterCriticalServiceAfter;
    const least = deregisterAfterMsMin * NANOS_PER_MILLISECOND;
    if (after > 0 && after < least) {
      logger.warn('check has deregister interval below minimum', {check: check.CheckID, minimum_interval: formatGoDuration(least)});
    }
    this.#running.set(check.CheckID, {type, runner});
    runner.start();
  }

  #stop(checkId: string): void {
    this.#running.get(checkId)?.runner.stop();
    this.#running.delete(checkId);
    this.#options.state.removeCheck(checkId);
  }

  #warnOfName(name: string): void {
    const {logger} = this.#options;
    if (!validDnsLabel.test(name)) {
      logger.warn('Service name will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes.', {service: name});
    } else if (name.length > dnsLabelCharsMax) {
      logger.warn('Service name will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and 63 bytes.', {service: name});
    }
  }
}
