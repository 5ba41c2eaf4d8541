import {type ServiceDefinition} from '../../catalog/service-definition.ts';
import {serviceProblems} from '../../catalog/service-problems.ts';
import {ConsulError} from '../../consul-error.ts';
import {type WorkKeys} from '../../runtime/keyed-queue.ts';
import {checkTypesOf, serviceOfDefinition} from './built-service.ts';
import {checkOfDefinition, checksOfService} from './built-check.ts';
import {type CheckDefinition, checkTypeOf} from './check-definition.ts';
import {multiError, noSuchService} from './errors.ts';
import {type LocalState} from './local-state.ts';
import {type DefinitionOrigin, type Registrations, type ServiceRegistration} from './registrations.ts';
import {sidecarIdOf, sidecarOf} from './sidecar.ts';

export interface ServiceRegistrarOptions {
  readonly nodeName: string;
  readonly state: LocalState;
  readonly registrations: Registrations;
  /** Ports for sidecars that name none. */
  readonly sidecarPorts: readonly [first: number, last: number];
}

/** Turns what people write, in a request or a config file, into the services and checks that it stands for. */
export class ServiceRegistrar {
  readonly #options: ServiceRegistrarOptions;

  constructor(options: ServiceRegistrarOptions) {
    this.#options = options;
  }

  /** Registers a service, and its sidecar with it. @throws ConsulError with Consul's text; nothing is registered then */
  async addService(definition: ServiceDefinition, origin: DefinitionOrigin, replaceChecks: boolean): Promise<void> {
    await this.#options.registrations.addServices(this.#expand(definition), origin, replaceChecks);
  }

  /**
   * What a registration touches besides what hangs on it: the service and its checks. Undefined where that is not known
   * before: a sidecar takes a free port.
   */
  keysOf(definition: ServiceDefinition): WorkKeys {
    if ((definition.Connect?.SidecarService ?? null) !== null) return undefined;
    const service = serviceOfDefinition(definition);
    const checks = checksOfService(this.#options.nodeName, service, checkTypesOf(definition));
    return [`service ${service.ID}`, ...checks.map(({CheckID}) => `check ${CheckID}`)];
  }

  /** Registers a check by itself. @throws ConsulError with Consul's text */
  async addCheck(definition: CheckDefinition, origin: DefinitionOrigin): Promise<void> {
    const {nodeName, state, registrations} = this.#options;
    const service = state.service(definition.ServiceID)?.service;
    if (definition.ServiceID !== '' && service === undefined) throw noSuchService(definition.ServiceID);
    const type = checkTypeOf(definition);
    const check = checkOfDefinition(nodeName, definition, type, service);
    // A check of a config file has always been listed without its type.
    await registrations.addCheck({check: origin.source === 'local' ? {...check, Type: ''} : check, type}, origin);
  }

  #expand(definition: ServiceDefinition): readonly ServiceRegistration[] {
    const service = serviceOfDefinition(definition);
    const parent = {service, checkTypes: checkTypesOf(definition)};
    const asked = service.Connect.SidecarService;
    if (asked === null) return [parent];
    const sidecar = sidecarOf(service, asked, () => this.#freePort(sidecarIdOf(service.ID)), this.#options.sidecarPorts);
    const problems = serviceProblems(sidecar.service);
    if (problems.length > 0) throw new ConsulError(`Failed Validation: ${multiError(problems)}`, 400);
    return [parent, sidecar];
  }

  /** The lowest port that no service has; a sidecar that is there already keeps its own. */
  #freePort(sidecarId: string): number | undefined {
    const {state, sidecarPorts} = this.#options;
    const known = state.service(sidecarId)?.service;
    const [first, last] = sidecarPorts;
    if (known !== undefined && known.Port >= first && known.Port <= last) return known.Port;
    const taken = new Set(state.services().map(({service}) => service.Port));
    for (let port = first; port <= last; port++) if (!taken.has(port)) return port;
    return undefined;
  }
}
