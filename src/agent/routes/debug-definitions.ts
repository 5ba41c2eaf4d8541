import {type CheckDefinition, type ServiceDefinition} from '../../config/definition-types.ts';
import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {formatGoDuration, NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {type DebugValue} from './debug-value.ts';

const text = (ms: number): string => formatGoDuration(ms * NANOS_PER_MILLISECOND);

/** The services of the configuration files. */
export function definedServices({services}: RuntimeConfig): readonly DebugValue[] {
  return services.map(shownService);
}

/** The checks of the configuration files that belong to no service there. */
export function definedChecks({nodeChecks}: RuntimeConfig): readonly DebugValue[] {
  return nodeChecks.map(shownCheck);
}

function shownService(service: ServiceDefinition): DebugValue {
  return {
    Kind: service.kind,
    ID: service.id,
    Name: service.name,
    Tags: service.tags,
    Address: service.address,
    TaggedAddresses: Object.fromEntries(Object.entries(service.taggedAddresses).map(([tag, {address, port}]) => [tag, {Address: address, Port: port}])),
    Meta: service.meta,
    Port: service.port,
    SocketPath: service.socketPath,
    Token: 'hidden',
    EnableTagOverride: service.enableTagOverride,
    Weights: {Passing: service.weights.passing, Warning: service.weights.warning},
    Checks: service.checks.map(shownCheck),
    Connect: {Native: service.connectNative, SidecarService: service.sidecarService === null ? null : shownService(service.sidecarService)},
  };
}

function shownCheck(check: CheckDefinition): DebugValue {
  return {
    ID: check.id,
    Name: check.name,
    Notes: check.notes,
    ServiceID: check.serviceId,
    Token: 'hidden',
    Status: check.status,
    ScriptArgs: check.scriptArgs,
    HTTP: check.http,
    Method: check.method,
    TCP: check.tcp,
    UDP: check.udp,
    GRPC: check.grpc,
    H2PING: check.h2ping,
    OSService: check.osService,
    AliasNode: check.aliasNode,
    AliasService: check.aliasService,
    DockerContainerID: check.dockerContainerId,
    Interval: text(check.intervalMs),
    Timeout: text(check.timeoutMs),
    TTL: text(check.ttlMs),
    SuccessBeforePassing: check.successBeforePassing,
    FailuresBeforeWarning: check.failuresBeforeWarning,
    FailuresBeforeCritical: check.failuresBeforeCritical,
    DeregisterCriticalServiceAfter: text(check.deregisterCriticalServiceAfterMs),
    OutputMaxSize: check.outputMaxBytes,
  };
}
