import {protocolOf} from '../config-entry/discovery-chain.ts';
import {configEntry} from '../config-entry/state.ts';
import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {everyService, servicesOfGateway} from './gateway-tables.ts';
import {type GatewayService} from './requests.ts';

/**
 * What a gateway leads to. Of the services that an ingress gateway reaches through `*`, those that do not speak its
 * listener's protocol now are left out; configuration entries then tell news as well (seen at 1.21.4).
 */
export function listGateway(query: Query, gateway: string): QueryOutcome<readonly GatewayService[]> {
  const links = servicesOfGateway(query, gateway);
  const hangsOnProtocols = links.some(isFromIngressWildcard);
  const index = hangsOnProtocols ? query.index('gateway-services', 'config-entries') : query.index('gateway-services');
  return {value: links.filter((link) => link.Service.Name !== everyService && (!isFromIngressWildcard(link) || link.Protocol === storedProtocol(query, link.Service.Name))), index};
}

function isFromIngressWildcard({GatewayKind, FromWildcard}: GatewayService): boolean {
  return GatewayKind === 'ingress-gateway' && FromWildcard;
}

function storedProtocol(reader: Reader, service: string): string {
  return protocolOf({
    defaults: (name) => configEntry(reader, 'service-defaults', name)?.body,
    proxyDefaults: () => configEntry(reader, 'proxy-defaults', 'global')?.body,
  }, service);
}
