import {HealthCheck, type NodeService} from '../../catalog/schema.ts';
import {ofService} from './built-check.ts';
import {unknownServiceId} from './errors.ts';
import {type LocalState} from './local-state.ts';
import {type Registrations} from './registrations.ts';

const nodeMaintenance = '_node_maintenance';
const serviceMaintenancePrefix = '_service_maintenance:';

function serviceMaintenance(serviceId: string): string {
  return serviceMaintenancePrefix + serviceId;
}

/** True for the checks that put a node or a service into maintenance. */
export function isMaintenance(checkId: string): boolean {
  return checkId === nodeMaintenance || checkId.startsWith(serviceMaintenancePrefix);
}

/** Takes the node and its services out of service and back, by a critical check that stays over a restart (agent-checks.md §10). */
export class Maintenance {
  readonly #nodeName: string;
  readonly #state: LocalState;
  readonly #registrations: Registrations;

  constructor(nodeName: string, state: LocalState, registrations: Registrations) {
    this.#nodeName = nodeName;
    this.#state = state;
    this.#registrations = registrations;
  }

  /** Of a node in maintenance the first reason stays. @param reason '' = a default @param token that the check is synced with */
  async setNode(enabled: boolean, reason: string, token = ''): Promise<void> {
    await this.#set(enabled, token, this.#check(nodeMaintenance, 'Node Maintenance Mode', reason || defaultReason('node'), undefined));
  }

  /** @throws ConsulError 404 when there is no such service */
  async setService(serviceId: string, enabled: boolean, reason: string, token = ''): Promise<void> {
    const entry = this.#state.service(serviceId);
    if (entry === undefined) throw unknownServiceId(serviceId);
    await this.#set(enabled, token, this.#check(serviceMaintenance(serviceId), 'Service Maintenance Mode', reason || defaultReason('service'), entry.service));
  }

  async #set(enabled: boolean, token: string, check: HealthCheck): Promise<void> {
    const isOn = this.#state.check(check.CheckID) !== undefined;
    if (isOn === enabled) return;
    if (enabled) await this.#registrations.addCheck({check, type: null}, {token, source: 'local', persist: true});
    else await this.#registrations.removeCheck(check.CheckID);
  }

  #check(CheckID: string, Name: string, Notes: string, service: NodeService | undefined): HealthCheck {
    return HealthCheck.make({Node: this.#nodeName, CheckID, Name, Notes, Status: 'critical', Type: 'maintenance', ...(service && ofService(service))});
  }
}

function defaultReason(what: 'node' | 'service'): string {
  return `Maintenance mode is enabled for this ${what}, but no reason was provided. This is a default message.`;
}
