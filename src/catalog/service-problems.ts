import {portMax} from '../runtime/host-port.ts';
import {type ConnectProxyConfig, type Upstream} from './proxy-schema.ts';
import {type NodeService} from './schema.ts';

const gatewayKinds = ['mesh-gateway', 'terminating-gateway', 'ingress-gateway', 'api-gateway'];
const upstreamTypes = ['', 'service', 'prepared_query'];
const exposedProtocols = ['http', 'http2'];

/** What is wrong with an instance, in Consul's words and order (http-core.md §9.3). */
export function serviceProblems(service: NodeService): string[] {
  const problems: string[] = [];
  if (service.Kind === 'connect-proxy') problems.push(...proxyProblems(service));
  if (gatewayKinds.includes(service.Kind)) problems.push(...gatewayProblems(service));
  const {Locality} = service;
  if (Locality !== null && Locality.Region === '' && Locality.Zone !== '') problems.push('zone cannot be set without region');
  const sidecar = service.Connect.SidecarService;
  if (sidecar !== null && sidecar.ID !== '') problems.push('A SidecarService cannot specify an ID as this is managed by the agent');
  if (sidecar !== null && sidecar.Connect !== null && sidecar.Connect.SidecarService !== null) problems.push('A SidecarService cannot have a nested SidecarService');
  if (service.Connect.Native && service.Port === 0 && service.SocketPath === '') {
    problems.push('Port or SocketPath must be set for a Connect native service.');
  }
  return problems;
}

function proxyProblems({Port, SocketPath, Proxy, Connect}: NodeService): string[] {
  const problems: string[] = [];
  if (Proxy.DestinationServiceName.trim() === '') problems.push('Proxy.DestinationServiceName must be non-empty for Connect proxy services');
  if (Proxy.DestinationServiceName === '*') problems.push('Proxy.DestinationServiceName must not be a wildcard for Connect proxy services');
  if (Port === 0 && SocketPath === '') problems.unshift('Port or SocketPath must be set for a connect-proxy');
  if (Connect.Native) problems.push('A Proxy cannot also be Connect Native, only typical services');
  problems.push(...upstreamProblems(Proxy.Upstreams ?? []), ...exposeProblems(Proxy));
  return problems;
}

/** One problem an upstream at most: what is wrong with it, or with whom it collides. */
function upstreamProblems(upstreams: readonly Upstream[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  const binds = new Set<string>();
  for (const upstream of upstreams) {
    const name = nameOf(upstream);
    const bind = bindOf(upstream);
    const problem = upstreamProblem(upstream);
    if (problem !== undefined) problems.push(problem);
    else if (names.has(name)) problems.push(`upstreams cannot contain duplicates of ${name}`);
    else if (binds.has(bind)) problems.push(`upstreams cannot contain duplicates by local bind address and port or unix path; "${bind}" is specified twice`);
    names.add(name);
    binds.add(bind);
  }
  return problems;
}

function upstreamProblem({DestinationType, DestinationName, DestinationPeer, Datacenter, LocalBindPort, LocalBindSocketPath, CentrallyConfigured}: Upstream): string | undefined {
  if (!upstreamTypes.includes(DestinationType)) return `unknown upstream destination type: ${JSON.stringify(DestinationType)}`;
  if (DestinationName === '') return 'upstream destination name cannot be empty';
  // Defaults of the mesh stand among a proxy's upstreams without a place of their own.
  if (CentrallyConfigured) return undefined;
  if (DestinationName === '*') return 'upstream destination name cannot be a wildcard';
  if (DestinationPeer !== '' && Datacenter !== '') return 'upstream cannot specify both destination peer and datacenter';
  if (LocalBindPort === 0 && LocalBindSocketPath === '') return 'upstream local bind port or local socket path must be defined and nonzero';
  if (LocalBindPort !== 0 && LocalBindSocketPath !== '') return 'only one of upstream local bind port or local socket path can be defined and nonzero';
  return undefined;
}

function nameOf({DestinationType, DestinationName, DestinationPeer, Datacenter}: Upstream): string {
  return `[type="${DestinationType || 'service'}", name="${DestinationName}", partition="", namespace="", peer="${DestinationPeer}", datacenter="${Datacenter}"]`;
}

function bindOf({LocalBindAddress, LocalBindPort, LocalBindSocketPath}: Upstream): string {
  return LocalBindSocketPath !== '' ? LocalBindSocketPath : `${LocalBindAddress || '127.0.0.1'}:${LocalBindPort}`;
}

function exposeProblems({Expose}: ConnectProxyConfig): string[] {
  const problems: string[] = [];
  const ports = new Set<number>();
  for (const {Path, ListenerPort, Protocol} of Expose.Paths ?? []) {
    if (Path === '') problems.push('expose.paths: empty path exposed');
    if (ports.has(ListenerPort)) problems.push('expose.paths: duplicate listener ports exposed');
    ports.add(ListenerPort);
    if (ListenerPort <= 0 || ListenerPort > portMax) problems.push(`expose.paths: invalid listener port: ${ListenerPort}`);
    if (Protocol !== '' && !exposedProtocols.includes(Protocol)) {
      problems.push(`protocol '${Protocol}' not supported for path: ${Path}, must be in: [${exposedProtocols.join(' ')}]`);
    }
  }
  return problems;
}

function gatewayProblems({Kind, Port, Connect, Proxy}: NodeService): string[] {
  const problems: string[] = [];
  if (Port === 0 && (Kind === 'mesh-gateway' || Kind === 'terminating-gateway')) problems.push(`Port must be non-zero for a ${Kind}`);
  if (Connect.SidecarService !== null) problems.push(`A ${Kind} cannot have a sidecar service defined`);
  const set: readonly (readonly [string, boolean])[] = [
    ['DestinationServiceName', Proxy.DestinationServiceName !== ''],
    ['DestinationServiceID', Proxy.DestinationServiceID !== ''],
    ['LocalServiceAddress', Proxy.LocalServiceAddress !== ''],
    ['LocalServicePort', Proxy.LocalServicePort !== 0],
    ['LocalServiceSocketPath', Proxy.LocalServiceSocketPath !== ''],
    ['Upstreams', (Proxy.Upstreams?.length ?? 0) > 0],
  ];
  for (const [field, isSet] of set) {
    if (isSet) problems.push(`The Proxy.${field} configuration is invalid for a ${Kind}`);
  }
  return problems;
}
