import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {RaftIndex} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, list, str} from '../schema/types.ts';
import {foldedPrefix, folded} from './tables.ts';

const ServiceName = struct('ServiceName', {Name: str});

/** A gateway and a service behind it (mesh.md §9). A service `*` stands for all that there will be. */
export const GatewayService = struct('GatewayService', {
  Gateway: ServiceName,
  Service: ServiceName,
  GatewayKind: str,
  Port: int.omitEmpty(),
  Protocol: str.omitEmpty(),
  Hosts: list(str).omitEmpty(),
  CAFile: str.omitEmpty(),
  CertFile: str.omitEmpty(),
  KeyFile: str.omitEmpty(),
  SNI: str.omitEmpty(),
  FromWildcard: bool.omitEmpty(),
  /** `service` while instances are there, `destination` for one outside, nothing else. */
  ServiceKind: str.omitEmpty(),
  ...embed(RaftIndex),
  AutoHostRewrite: bool.omitEmpty(),
});
export type GatewayService = TypeOf<typeof GatewayService>;

/**
 * Which services are behind which gateways: made from the gateways' configuration entries and from the services that
 * come and go, and no record of a snapshot. A gateway may offer a service on several ports.
 */
export const GatewayServices = defineTable({
  name: 'gateway-services',
  key: ({Gateway, Service, Port}: GatewayService) => folded(Gateway.Name, Service.Name, String(Port)),
  indexes: {service: ({Gateway, Service, Port}: GatewayService) => folded(Service.Name, Gateway.Name, String(Port))},
});

export const everyService = '*';

export function servicesOfGateway(reader: Reader, gateway: string): readonly GatewayService[] {
  return reader.prefix(GatewayServices, foldedPrefix(gateway)).toArray();
}

export function gatewaysOfService(reader: Reader, service: string): readonly GatewayService[] {
  return reader.byIndex(GatewayServices, 'service').prefix(foldedPrefix(service)).toArray();
}

/** Whether the service can be reached from within the mesh through a terminating gateway. */
export function isBehindTerminatingGateway(reader: Reader, service: string): boolean {
  return gatewaysOfService(reader, service).some(({GatewayKind}) => GatewayKind === 'terminating-gateway');
}
