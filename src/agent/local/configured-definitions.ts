import {type CheckType, type ServiceDefinition, CheckType as checkType, ServiceDefinition as serviceDefinition} from '../../catalog/service-definition.ts';
import {ConnectProxyConfig} from '../../catalog/proxy-schema.ts';
import {type CheckDefinition as ConfiguredCheck, type RawValue, type ServiceDefinition as ConfiguredService} from '../../config/definition-types.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {CheckDefinition} from './check-definition.ts';

/** A service of a config file, as the API would have been told of it. */
export function definitionOfConfigured(configured: ConfiguredService): ServiceDefinition {
  return serviceDefinition.make({
    Kind: configured.kind,
    ID: configured.id,
    Name: configured.name,
    Tags: configured.tags.length === 0 ? null : configured.tags,
    Address: configured.address,
    TaggedAddresses: mapOf(configured.taggedAddresses, ({address, port}) => ({Address: address, Port: port})),
    Meta: mapOf(configured.meta, (value) => value),
    Port: configured.port,
    SocketPath: configured.socketPath,
    Checks: configured.checks.map(checkTypeOfConfigured),
    Weights: {Passing: configured.weights.passing, Warning: configured.weights.warning},
    Token: configured.token,
    EnableTagOverride: configured.enableTagOverride,
    Locality: configured.locality === null ? null : {Region: configured.locality.region, Zone: configured.locality.zone},
    // The names of config files are aliases of the API's; what is not known here was refused when the file was read.
    Proxy: configured.proxy === null ? null : ConnectProxyConfig.fromJson(JSON.stringify(configured.proxy satisfies RawValue)),
    Connect: {
      Native: configured.connectNative,
      SidecarService: configured.sidecarService === null ? null : definitionOfConfigured(configured.sidecarService),
    },
  });
}

/** A check of a config file that stands by itself. */
export function checkDefinitionOfConfigured(configured: ConfiguredCheck): CheckDefinition {
  const {CheckID: ID, ProxyGRPC: _grpc, ProxyHTTP: _http, ...type} = checkTypeOfConfigured(configured);
  return {...CheckDefinition.zero(), ...type, ID, ServiceID: configured.serviceId, Token: configured.token};
}

function checkTypeOfConfigured(check: ConfiguredCheck): CheckType {
  return {
    ...checkType.zero(),
    CheckID: check.id,
    Name: check.name,
    Status: check.status,
    Notes: check.notes,
    ScriptArgs: check.scriptArgs.length === 0 ? null : check.scriptArgs,
    HTTP: check.http,
    H2PING: check.h2ping,
    H2PingUseTLS: check.h2pingUseTls,
    Header: mapOf(check.header, (values) => values),
    Method: check.method,
    Body: check.body,
    DisableRedirects: check.disableRedirects,
    TCP: check.tcp,
    TCPUseTLS: check.tcpUseTls,
    UDP: check.udp,
    Interval: check.intervalMs * NANOS_PER_MILLISECOND,
    AliasNode: check.aliasNode,
    AliasService: check.aliasService,
    DockerContainerID: check.dockerContainerId,
    Shell: check.shell,
    GRPC: check.grpc,
    GRPCUseTLS: check.grpcUseTls,
    OSService: check.osService,
    TLSServerName: check.tlsServerName,
    TLSSkipVerify: check.tlsSkipVerify,
    Timeout: check.timeoutMs * NANOS_PER_MILLISECOND,
    TTL: check.ttlMs * NANOS_PER_MILLISECOND,
    SuccessBeforePassing: check.successBeforePassing,
    FailuresBeforeWarning: check.failuresBeforeWarning,
    FailuresBeforeCritical: check.failuresBeforeCritical,
    DeregisterCriticalServiceAfter: check.deregisterCriticalServiceAfterMs * NANOS_PER_MILLISECOND,
    OutputMaxSize: check.outputMaxBytes,
  };
}

function mapOf<T, U>(record: Readonly<Record<string, T>>, valueOf: (value: T) => U): ReadonlyMap<string, U> | null {
  const entries = Object.entries(record);
  return entries.length === 0 ? null : new Map(entries.map(([key, value]) => [key, valueOf(value)]));
}
