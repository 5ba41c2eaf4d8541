import {type CheckDefinition, type ServiceDefinition} from '../../../config/definition-types.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../../../schema/go-duration.ts';

type Json = Record<string, unknown>;

function filled(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => {
    if (value === '' || value === 0 || value === false || value === null || value === undefined) return false;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  }));
}

function duration(ms: number): string {
  return ms === 0 ? '' : formatGoDuration(ms * NANOS_PER_MILLISECOND);
}

/** A check as PUT /v1/agent/service/register takes it: only fields that are set. */
function checkJson(check: CheckDefinition): Json {
  return filled({
    CheckID: check.id,
    Name: check.name,
    Notes: check.notes,
    Status: check.status,
    Args: check.scriptArgs,
    Shell: check.shell,
    DockerContainerID: check.dockerContainerId,
    HTTP: check.http,
    Method: check.method,
    Header: check.header,
    Body: check.body,
    DisableRedirects: check.disableRedirects,
    TCP: check.tcp,
    TCPUseTLS: check.tcpUseTls,
    UDP: check.udp,
    GRPC: check.grpc,
    GRPCUseTLS: check.grpcUseTls,
    H2PING: check.h2ping,
    H2PingUseTLS: check.h2pingUseTls,
    OSService: check.osService,
    TLSServerName: check.tlsServerName,
    TLSSkipVerify: check.tlsSkipVerify,
    AliasNode: check.aliasNode,
    AliasService: check.aliasService,
    Interval: duration(check.intervalMs),
    Timeout: duration(check.timeoutMs),
    TTL: duration(check.ttlMs),
    SuccessBeforePassing: check.successBeforePassing,
    FailuresBeforeWarning: check.failuresBeforeWarning,
    FailuresBeforeCritical: check.failuresBeforeCritical,
    DeregisterCriticalServiceAfter: duration(check.deregisterCriticalServiceAfterMs),
  });
}

/** A service as PUT /v1/agent/service/register takes it: only fields that are set. */
export function registrationJson(service: ServiceDefinition): Json {
  const connect = filled({
    Native: service.connectNative,
    SidecarService: service.sidecarService === null ? null : registrationJson(service.sidecarService),
  });
  // An empty sidecar block still asks for a sidecar.
  if (service.sidecarService !== null) connect['SidecarService'] = registrationJson(service.sidecarService);
  const tagged = Object.entries(service.taggedAddresses).map(([tag, {address, port}]) => [tag, {Address: address, Port: port}] as const);
  return filled({
    Kind: service.kind,
    ID: service.id,
    Name: service.name,
    Tags: service.tags,
    Port: service.port,
    Address: service.address,
    SocketPath: service.socketPath,
    TaggedAddresses: Object.fromEntries(tagged),
    EnableTagOverride: service.enableTagOverride,
    Meta: service.meta,
    Weights: {Passing: service.weights.passing, Warning: service.weights.warning},
    Checks: service.checks.map(checkJson),
    Token: service.token,
    Proxy: service.proxy,
    Connect: connect,
    Locality: service.locality === null ? null : {Region: service.locality.region, Zone: service.locality.zone},
  });
}
