import {isIPv4, isIPv6} from 'node:net';
import {ConnectProxyConfig, type Upstream} from '../../catalog/proxy-schema.ts';
import {NodeService} from '../../catalog/schema.ts';
import {type CheckType, type ServiceDefinition} from '../../catalog/service-definition.ts';
import {type ServiceAddress} from '../../catalog/service-parts.ts';
import {ConsulError} from '../../consul-error.ts';

/** The checks of a definition: the single one first. One that says nothing at all is none. */
export function checkTypesOf({Check, Checks}: Pick<ServiceDefinition, 'Check' | 'Checks'>): readonly CheckType[] {
  return [...(saysNothing(Check) ? [] : [Check]), ...(Checks ?? [])];
}

function saysNothing(check: CheckType): boolean {
  return Object.values(check).every((value) => value === '' || value === 0 || value === false || value === null || (value instanceof Map && value.size === 0));
}

/** A definition as the instance it describes, without its checks; defaults are filled in by `withServiceDefaults`. */
export function serviceOfDefinition(definition: ServiceDefinition): NodeService {
  const {Name, Connect, Proxy, Check: _check, Checks: _checks, Token: _token, ...rest} = definition;
  return NodeService.make({
    ...rest,
    ID: definition.ID || Name,
    Service: Name,
    Proxy: Proxy === null ? ConnectProxyConfig.zero() : {...Proxy, Upstreams: Proxy.Upstreams?.map(withDestinationType) ?? null},
    Connect: {Native: Connect?.Native ?? false, SidecarService: Connect?.SidecarService ?? null, PeerMeta: null},
  });
}

function withDestinationType(upstream: Upstream): Upstream {
  return upstream.DestinationType === '' ? {...upstream, DestinationType: 'service'} : upstream;
}

/**
 * What the agent fills in at registration (agent-checks.md §2): weights, and the address under its family's names.
 * @throws ConsulError 500 for a tagged address that is not of the family its name says
 */
export function withServiceDefaults(service: NodeService): NodeService {
  const TaggedAddresses = new Map(service.TaggedAddresses ?? []);
  for (const [tag, family, is] of families) {
    const given = TaggedAddresses.get(tag);
    if (given !== undefined && !is(given.Address)) throw new ConsulError(`Service tagged address "${tag}" must be a valid ${family} address`);
    const own: ServiceAddress = {Address: service.Address, Port: service.Port};
    if (given === undefined && is(service.Address)) TaggedAddresses.set(tag, own);
  }
  return {
    ...service,
    Weights: service.Weights ?? {Passing: 1, Warning: 1},
    TaggedAddresses: TaggedAddresses.size === 0 ? service.TaggedAddresses : TaggedAddresses,
    Connect: {...service.Connect, SidecarService: null},
  };
}

const families: readonly (readonly [tag: string, family: string, is: (address: string) => boolean])[] = [
  ['lan_ipv4', 'ipv4', isIPv4],
  ['wan_ipv4', 'ipv4', isIPv4],
  ['lan_ipv6', 'ipv6', isIPv6],
  ['wan_ipv6', 'ipv6', isIPv6],
];
