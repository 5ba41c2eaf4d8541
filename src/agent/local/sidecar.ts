import {noProxy} from '../../catalog/proxy-schema.ts';
import {type NodeService} from '../../catalog/schema.ts';
import {CheckType, type ServiceDefinition} from '../../catalog/service-definition.ts';
import {ConsulError} from '../../consul-error.ts';
import {joinHostPort} from '../../runtime/host-port.ts';
import {NANOS_PER_SECOND} from '../../schema/go-duration.ts';
import {checkTypesOf, serviceOfDefinition} from './built-service.ts';

const listeningIntervalNs = 10 * NANOS_PER_SECOND;

/** A sidecar with the checks that watch it. */
export interface Sidecar {
  readonly service: NodeService;
  readonly checkTypes: readonly CheckType[];
}

/** The id under which the sidecar of a service is registered. */
export function sidecarIdOf(serviceId: string): string {
  return `${serviceId}-sidecar-proxy`;
}

/**
 * The proxy that a service asks for with `Connect.SidecarService` (agent-checks.md §2). What it leaves open comes from
 * the service it stands before.
 * @param freePort the port for one that names none; undefined when there is none left
 * @throws ConsulError 400 when there is no port
 */
export function sidecarOf(parent: NodeService, definition: ServiceDefinition, freePort: () => number | undefined, range: readonly [first: number, last: number]): Sidecar {
  const proxy = definition.Proxy ?? noProxy;
  const isTypical = definition.Kind === '';
  const noPort = definition.Port === 0 && definition.SocketPath === '' && (isTypical || definition.Kind === 'connect-proxy');
  const Port = noPort ? freePort() : definition.Port;
  if (Port === undefined) {
    throw new ConsulError(`Invalid SidecarService: no port provided for sidecar_service and none left in the configured range [${range[0]}, ${range[1]}]`, 400);
  }
  const filled: ServiceDefinition = {
    ...definition,
    Kind: isTypical ? 'connect-proxy' : definition.Kind,
    ID: sidecarIdOf(parent.ID),
    Name: definition.Name || sidecarIdOf(parent.Service),
    Tags: definition.Tags?.length ? definition.Tags : parent.Tags,
    Meta: definition.Meta?.size ? definition.Meta : parent.Meta,
    Locality: definition.Locality ?? parent.Locality,
    Address: definition.Address || parent.Address,
    Port,
    Proxy: {
      ...proxy,
      DestinationServiceName: proxy.DestinationServiceName || parent.Service,
      DestinationServiceID: proxy.DestinationServiceID || parent.ID,
      ...localService(proxy, parent),
    },
  };
  const given = checkTypesOf(definition);
  const service = {...serviceOfDefinition(filled), LocallyRegisteredAsSidecar: true};
  return {service, checkTypes: given.length > 0 ? given : defaultChecks(service, parent)};
}

/** Where the proxy finds its service: at a socket, or at a port of this machine. */
function localService(proxy: typeof noProxy, parent: NodeService): Pick<typeof noProxy, 'LocalServiceAddress' | 'LocalServicePort' | 'LocalServiceSocketPath'> {
  const LocalServiceSocketPath = proxy.LocalServiceSocketPath || parent.SocketPath;
  if (LocalServiceSocketPath !== '') return {LocalServiceAddress: proxy.LocalServiceAddress, LocalServicePort: proxy.LocalServicePort, LocalServiceSocketPath};
  return {LocalServiceAddress: proxy.LocalServiceAddress || '127.0.0.1', LocalServicePort: proxy.LocalServicePort || parent.Port, LocalServiceSocketPath};
}

function defaultChecks(sidecar: NodeService, parent: NodeService): readonly CheckType[] {
  const host = sidecar.Address || sidecar.Proxy.LocalServiceAddress;
  return [
    {...CheckType.zero(), Name: 'Connect Sidecar Listening', TCP: joinHostPort(host, sidecar.Port), Interval: listeningIntervalNs},
    {...CheckType.zero(), Name: `Connect Sidecar Aliasing ${parent.ID}`, AliasService: parent.ID},
  ];
}
