import {type CheckType} from '../../catalog/service-definition.ts';
import {type HealthCheck, type NodeService} from '../../catalog/schema.ts';
import {type CheckStatus} from '../../health/check-result.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {KeyedQueue, type WorkKeys} from '../../runtime/keyed-queue.ts';
import {checksOfService} from './built-check.ts';
import {withServiceDefaults} from './built-service.ts';
import {kindOf, runsPrograms} from './check-kind.ts';
import {type DefinitionFiles} from './definition-files.ts';
import {badCheckType, localScriptsDisabled, noSuchService, remoteScriptsDisabled, unknownCheckId, unknownServiceId} from './errors.ts';
import {type DefinitionSource, type LocalState} from './local-state.ts';
import {type RunningChecks} from './running-checks.ts';
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
  readonly checksRunning: RunningChecks;
  readonly scripts: ScriptRights;
  readonly clock: Clock;
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

const validDnsLabel = /^[a-zA-Z0-9-]+$/;
const dnsLabelCharsMax = 63;

/**
 * Registers and removes services and checks: what is refused leaves nothing behind, what is accepted is in the files,
 * in the local state and has its runner (agent-checks.md §3). One registration of a
 * thing at a time.
 */
export class Registrations {
  readonly #options: RegistrationsOptions;
  readonly #queue = new KeyedQueue();

  constructor(options: RegistrationsOptions) {
    this.#options = options;
  }

  /** Runs what must not meet another registration half-way: of these things, or of any. */
  exclusive<T>(work: () => Promise<T>, keys?: WorkKeys): Promise<T> {
    return this.#queue.run(keys, work);
  }

  /**
   * Registers services together: one, or one and its sidecar. Checks that are there keep what they said last.
   * @param replaceChecks removes checks of these services that they do not bring any more
   * @throws ConsulError with Consul's text; nothing is registered then
   */
  async addServices(given: readonly ServiceRegistration[], origin: DefinitionOrigin, replaceChecks: boolean): Promise<void> {
    const {state, nodeName, checksRunning} = this.#options;
    const prepared = given.map(({service, checkTypes}) => {
      const filled = withServiceDefaults(service);
      this.#warnOfName(filled.Service);
      const checks = checksOfService(nodeName, filled, checkTypes).map((check, at) => ({check: this.#asBefore(check), type: checkTypes[at] ?? null}));
      for (const one of checks) this.#refuseUnfit(one, origin);
      return {service: filled, checks};
    });
    if (origin.persist) await this.#persist(prepared, origin);
    for (const {service, checks} of prepared) {
      const before = replaceChecks ? state.checksOf(service.ID) : [];
      const proxied = this.#proxiedBy(service.ID);
      state.putService(service, origin);
      for (const one of checks) this.#start(one, origin);
      for (const id of new Set([...proxied, ...this.#proxiedBy(service.ID)])) checksRunning.redirect(id);
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
    const kept = {check: this.#asBefore(check), type};
    this.#refuseUnfit(kept, origin);
    if (origin.persist) await files.saveCheck(kept.check, type, origin.token, origin.source);
    this.#start(kept, origin);
  }

  /** Removes a service with its checks and the sidecar that came with it. @throws ConsulError 404 when there is none */
  async removeService(id: string): Promise<void> {
    const {state, files, logger} = this.#options;
    if (state.service(id) === undefined) throw unknownServiceId(id);
    const proxied = this.#proxiedBy(id);
    state.removeService(id);
    const checks = state.checksOf(id);
    for (const {check} of checks) this.#stop(check.CheckID);
    for (const destination of proxied) this.#options.checksRunning.redirect(destination);
    await files.purgeService(id);
    await Promise.all(checks.map(({check}) => files.purgeCheck(check.CheckID)));
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
    const {state, files, clock, checksRunning} = this.#options;
    if (state.check(id) === undefined) throw unknownCheckId(id);
    const stored = checksRunning.update(id, status, output);
    const Expires = Math.floor((clock.wallMs() + stored.ttlMs) / 1000);
    await files.saveCheckState({CheckID: id, Output: stored.output, Status: status, Expires});
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

  #refuseUnfit({check, type}: CheckRegistration, {source, token}: DefinitionOrigin): void {
    if (type === null) return;
    this.refuseUnfit(type, source);
    this.#options.checksRunning.refuseUnable({checkId: check.CheckID, serviceId: check.ServiceID, type, token});
  }

  /** Writes what is to be registered. What could not be written whole is taken away again. */
  async #persist(prepared: readonly {readonly service: NodeService; readonly checks: readonly CheckRegistration[]}[], {token, source}: DefinitionOrigin): Promise<void> {
    const {state, files} = this.#options;
    try {
      const saved = prepared.flatMap(({service, checks}) => [
        files.saveService(service, token, source),
        ...checks.map(({check, type}) => files.saveCheck(check, type, token, source)),
      ]);
      await Promise.all(saved);
    } catch (error) {
      // As far as they can be: the first failure is the one to tell.
      await Promise.allSettled(
        prepared.flatMap(({service, checks}) => [
          ...(state.service(service.ID) === undefined ? [files.purgeService(service.ID)] : []),
          ...checks.filter(({check}) => state.check(check.CheckID) === undefined).map(({check}) => files.purgeCheck(check.CheckID)),
        ]),
      );
      throw error;
    }
  }

  #start({check, type}: CheckRegistration, origin: DefinitionOrigin): void {
    const {state, checksRunning} = this.#options;
    checksRunning.stop(check.CheckID);
    // What it said while its file was being written counts too.
    state.putCheck(this.#asBefore(check), origin);
    if (type !== null) checksRunning.start({checkId: check.CheckID, serviceId: check.ServiceID, type, token: origin.token});
  }

  #stop(checkId: string): void {
    this.#options.checksRunning.stop(checkId);
    this.#options.state.removeCheck(checkId);
  }

  /** The service that a proxy stands before, if it lets its checks through. */
  #proxiedBy(id: string): readonly string[] {
    const service = this.#options.state.service(id)?.service;
    return service?.Kind === 'connect-proxy' && service.Proxy.Expose.Checks ? [service.Proxy.DestinationServiceID] : [];
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
