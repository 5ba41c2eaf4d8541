import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type GatewayService} from './requests.ts';
import {foldedPrefix, folded} from './tables.ts';

const portDigits = 5;

/**
 * Which services are behind which gateways: made from the gateways' configuration entries and from the services that
 * come and go, and no record of a snapshot. A gateway may offer a service on several ports.
 */
export const GatewayServices = defineTable({
  name: 'gateway-services',
  key: ({Gateway, Service, Port}: GatewayService) => folded(Gateway.Name, Service.Name, ordered(Port)),
  indexes: {service: ({Gateway, Service, Port}: GatewayService) => folded(Service.Name, Gateway.Name, ordered(Port))},
});

/** As text in the order of numbers: which of a service's links is the first counts. */
function ordered(port: number): string {
  return String(port).padStart(portDigits, '0');
}

export const everyService = '*';

/** What a gateway leads to, its wildcard among it, in the order of names and ports. */
export function servicesOfGateway(reader: Reader, gateway: string): readonly GatewayService[] {
  return reader.prefix(GatewayServices, foldedPrefix(gateway)).toArray();
}

/** The gateways that lead to a service by its own name. */
export function gatewaysOfService(reader: Reader, service: string): readonly GatewayService[] {
  return reader.byIndex(GatewayServices, 'service').prefix(foldedPrefix(service)).toArray();
}

/** Whether the service can be reached from within the mesh through a terminating gateway. @param besides one that is not asked about */
export function isBehindTerminatingGateway(reader: Reader, service: string, besides?: string): boolean {
  return gatewaysOfService(reader, service).some(({GatewayKind, Gateway}) => GatewayKind === 'terminating-gateway' && Gateway.Name !== besides);
}
