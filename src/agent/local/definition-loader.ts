import {isDeepStrictEqual} from 'node:util';
import {type CheckDefinition as ConfiguredCheck, type ServiceDefinition as ConfiguredService} from '../../config/definition-types.ts';
import {ConsulError} from '../../consul-error.ts';
import {isCheckStatus} from '../../health/check-result.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {errorText} from '../../runtime/thrown.ts';
import {goQuote} from '../../schema/go-quote.ts';
import {checkTypesOf, serviceOfDefinition, withServiceDefaults} from './built-service.ts';
import {checkTypeOf} from './check-definition.ts';
import {checkDefinitionOfConfigured, definitionOfConfigured} from './configured-definitions.ts';
import {checkFault, serviceFault} from './definition-faults.ts';
import {type DefinitionFiles, type PersistedCheck, type PersistedService, type Stored} from './definition-files.ts';
import {noSuchService} from './errors.ts';
import {type LocalState} from './local-state.ts';
import {type DefinitionOrigin, type Registrations} from './registrations.ts';
import {type ServiceRegistrar} from './service-registrar.ts';
import {sidecarIdOf} from './sidecar.ts';

/** The part of a configuration that defines services and checks. */
export interface ConfiguredDefinitions {
  readonly services: readonly ConfiguredService[];
  readonly nodeChecks: readonly ConfiguredCheck[];
}

export interface DefinitionLoaderOptions {
  readonly state: LocalState;
  readonly registrar: ServiceRegistrar;
  readonly registrations: Registrations;
  readonly files: DefinitionFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

const nothing: ConfiguredDefinitions = {services: [], nodeChecks: []};
const ofConfig = (token: string): DefinitionOrigin => ({token, source: 'local', persist: false});

const serviceIdOf = (service: ConfiguredService): string => service.id || service.name;
const checkIdOf = (check: ConfiguredCheck): string => check.id || check.name;

/** Brings the definitions of config files and of the data_dir into the agent, at its start and at a reload (agent-checks.md §13, §14). */
export class DefinitionLoader {
  readonly #options: DefinitionLoaderOptions;
  #loaded: ConfiguredDefinitions = nothing;

  constructor(options: DefinitionLoaderOptions) {
    this.#options = options;
  }

  /** @throws ConsulError when the configuration defines what cannot be; the data_dir's bad parts are only logged */
  async loadAtStart(configured: ConfiguredDefinitions): Promise<void> {
    this.#refuseFaults(configured);
    await this.#options.registrations.exclusive(async () => {
      await this.#addServices(configured.services);
      await this.#restoreServices(new Set(configured.services.map(serviceIdOf)));
      await this.#addChecks(configured.nodeChecks);
      await this.#restoreChecks(new Set(configured.nodeChecks.map(checkIdOf)));
      this.#loaded = configured;
    });
  }

  /**
   * Puts the difference between the last configuration and this one into effect. What did not change goes on undisturbed;
   * what changed keeps its status. A configured definition takes the place of a registered one of the same id.
   * @throws ConsulError when the new one cannot be; nothing has changed then
   */
  async reload(configured: ConfiguredDefinitions): Promise<void> {
    this.#refuseFaults(configured);
    const {registrations, files} = this.#options;
    await registrations.exclusive(async () => {
      const before = this.#loaded;
      this.#refuseStrayChecks(before, configured);
      await this.#removeGone(before, configured);
      const services = configured.services.filter((service) => !before.services.some((known) => isDeepStrictEqual(known, service)));
      await this.#addServices(services);
      for (const service of services) await files.purgeService(serviceIdOf(service));
      const checks = configured.nodeChecks.filter((check) => !before.nodeChecks.some((known) => isDeepStrictEqual(known, check)));
      await this.#addChecks(checks);
      for (const check of checks) await files.purgeCheck(checkIdOf(check));
      this.#loaded = configured;
    });
  }

  /** Finds all that would be refused on the way, so that nothing is half done. */
  #refuseFaults({services, nodeChecks}: ConfiguredDefinitions): void {
    const {registrations} = this.#options;
    for (const service of services) {
      refusing(`service ${goQuote(service.name)}`, () => {
        if (service.name === '') throw new ConsulError('Service name missing');
        const definition = definitionOfConfigured(service);
        const fault = serviceFault(definition);
        if (fault !== undefined) throw fault;
        withServiceDefaults(serviceOfDefinition(definition));
        for (const type of checkTypesOf(definition)) registrations.refuseUnfit(type, 'local');
      });
    }
    for (const check of nodeChecks) {
      refusing(`check '${check.name}'`, () => {
        if (checkIdOf(check) === '') throw new ConsulError('CheckID missing');
        const definition = checkDefinitionOfConfigured(check);
        // A check of a config file may have an id alone.
        const fault = checkFault({...definition, Name: definition.Name || definition.ID});
        if (fault !== undefined) throw fault;
        registrations.refuseUnfit(checkTypeOf(definition), 'local');
      });
    }
  }

  /** A check of a service must find it there once the reload is done. */
  #refuseStrayChecks(before: ConfiguredDefinitions, after: ConfiguredDefinitions): void {
    const kept = new Set(after.services.map(serviceIdOf));
    const gone = before.services.map(serviceIdOf).filter((id) => !kept.has(id)).flatMap((id) => [id, sidecarIdOf(id)]);
    for (const {service, source} of this.#options.state.services()) if (source === 'remote' || !gone.includes(service.ID)) kept.add(service.ID);
    for (const {name, serviceId} of after.nodeChecks) {
      if (serviceId !== '' && !kept.has(serviceId)) throw failed(`check '${name}'`, noSuchService(serviceId));
    }
  }

  async #removeGone(before: ConfiguredDefinitions, after: ConfiguredDefinitions): Promise<void> {
    const {registrations} = this.#options;
    const services = new Set(after.services.map(serviceIdOf));
    const checks = new Set(after.nodeChecks.map(checkIdOf));
    for (const check of before.nodeChecks) if (!checks.has(checkIdOf(check))) await registrations.removeConfiguredCheck(checkIdOf(check));
    for (const service of before.services) {
      const id = serviceIdOf(service);
      if (!services.has(id)) await registrations.removeConfiguredService(id);
      else if (service.sidecarService !== null) await this.#removeLostSidecar(id, after);
    }
  }

  async #removeLostSidecar(id: string, after: ConfiguredDefinitions): Promise<void> {
    const now = after.services.find((service) => serviceIdOf(service) === id);
    if (now?.sidecarService === null) await this.#options.registrations.removeConfiguredService(sidecarIdOf(id));
  }

  async #addServices(services: readonly ConfiguredService[]): Promise<void> {
    for (const service of services) {
      try {
        await this.#options.registrar.addService(definitionOfConfigured(service), ofConfig(service.token), true);
      } catch (error) {
        throw failed(`service ${goQuote(service.name)}`, error);
      }
    }
  }

  async #addChecks(checks: readonly ConfiguredCheck[]): Promise<void> {
    for (const check of checks) {
      try {
        await this.#options.registrar.addCheck(checkDefinitionOfConfigured(check), ofConfig(check.token));
      } catch (error) {
        throw failed(`check '${check.name}'`, error);
      }
    }
  }

  async #restoreServices(configured: ReadonlySet<string>): Promise<void> {
    for (const stored of await this.#options.files.loadServices()) {
      const {Service, Source} = stored.value;
      if (Service !== null && (await this.#mayReturn('service', Service.ID, Source, stored.path, configured))) await this.#restoreService(stored);
    }
  }

  /** Whether what is stored may come back. What the configuration has now, or nobody can have registered, is purged. */
  async #mayReturn(what: 'service' | 'check', id: string, source: string, file: string, configured: ReadonlySet<string>): Promise<boolean> {
    const {files, logger} = this.#options;
    if (configured.has(id)) logger.debug(`${what} exists, not restoring from file`, {[what]: id, file});
    else if (!isSource(source)) logger.warn(`${what} exists with invalid source, purging`, {[what]: id, source});
    else return true;
    await files.purgeFile(file);
    return false;
  }

  async #restoreService({path, value}: Stored<PersistedService>): Promise<void> {
    const {registrations, files, logger} = this.#options;
    if (value.Service === null) return;
    const service = {...value.Service, LocallyRegisteredAsSidecar: value.LocallyRegisteredAsSidecar};
    try {
      await registrations.addServices([{service, checkTypes: []}], restored(value), false);
      logger.debug('restored service definition from file', {service: service.ID, file: path});
    } catch (error) {
      logger.warn('Failed to restore service', {service: service.ID, error});
      await files.purgeFile(path);
    }
  }

  async #restoreChecks(configured: ReadonlySet<string>): Promise<void> {
    for (const stored of await this.#options.files.loadChecks()) {
      const {Check, Source} = stored.value;
      if (Check !== null && (await this.#mayReturn('check', Check.CheckID, Source, stored.path, configured))) await this.#restoreCheck(stored);
    }
  }

  /** What a check said before the restart is old; only the last word of a TTL check may still hold. */
  async #restoreCheck({path, value}: Stored<PersistedCheck>): Promise<void> {
    const {registrations, files, logger} = this.#options;
    if (value.Check === null) return;
    const type = value.ChkType;
    const word = type !== null && type.TTL > 0 ? await this.#lastWord(value.Check.CheckID) : undefined;
    const check = {...value.Check, Status: word?.Status ?? 'critical', Output: word?.Output ?? ''};
    try {
      await registrations.addCheck({check, type}, restored(value));
      logger.debug('restored health check from file', {check: check.CheckID, file: path});
    } catch (error) {
      logger.warn('Failed to restore check', {check: check.CheckID, error});
      await files.purgeFile(path);
    }
  }

  async #lastWord(checkId: string): Promise<{readonly Status: string; readonly Output: string} | undefined> {
    const {files, clock} = this.#options;
    const word = await files.loadCheckState(checkId);
    if (word === undefined) return undefined;
    if (word.Expires * 1000 > clock.wallMs() && isCheckStatus(word.Status)) return word;
    await files.purgeCheckState(checkId);
    return undefined;
  }
}

/** Files without a source are of an agent that wrote only its own. What was restored stands in its file already. */
function restored({Token, Source}: {readonly Token: string; readonly Source: string}): DefinitionOrigin {
  return {token: Token, source: Source === 'remote' ? 'remote' : 'local', persist: false};
}

function isSource(text: string): boolean {
  return text === 'remote' || text === 'local' || text === '';
}

function refusing(what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw failed(what, error);
  }
}

function failed(what: string, error: unknown): ConsulError {
  return new ConsulError(`Failed to register ${what}: ${errorText(error)}`);
}
