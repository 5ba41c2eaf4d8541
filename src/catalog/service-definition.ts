import {lazy} from '../schema/combinators.ts';
import {struct, type TypeOf} from '../schema/struct.ts';
import {type Type} from '../schema/type.ts';
import {bool, duration, int, list, map, nullable, str} from '../schema/types.ts';
import {goTypeOfCheck, tagged, withCheckDefaults} from './check-defaults.ts';
import {ConnectProxyConfig} from './proxy-schema.ts';
import {Locality, ServiceAddress, Weights} from './service-parts.ts';

const checkFields = struct(
  'CheckType',
  {
    CheckID: str,
    Name: str,
    Status: str,
    Notes: str,
    ScriptArgs: list(str).alias('args').alias('script_args'),
    HTTP: str,
    H2PING: str,
    H2PingUseTLS: bool.alias('h2ping_use_tls'),
    Header: map(list(str)),
    Method: str,
    Body: str,
    DisableRedirects: bool,
    TCP: str,
    TCPUseTLS: bool.alias('tcp_use_tls'),
    UDP: str,
    Interval: duration,
    AliasNode: str,
    AliasService: str,
    DockerContainerID: str.alias('docker_container_id'),
    Shell: str,
    GRPC: str,
    GRPCUseTLS: bool.alias('grpc_use_tls'),
    OSService: str,
    TLSServerName: str.alias('tls_server_name'),
    TLSSkipVerify: bool.alias('tls_skip_verify'),
    Timeout: duration,
    TTL: duration,
    SuccessBeforePassing: int,
    FailuresBeforeWarning: int,
    FailuresBeforeCritical: int,
    ProxyHTTP: str,
    ProxyGRPC: str,
    DeregisterCriticalServiceAfter: duration.alias('deregister_critical_service_after'),
    OutputMaxSize: int,
  },
  {
    aliasDecoding: true,
    goType: goTypeOfCheck(
      [tagged('H2PingUseTLSSnake bool', 'h2ping_use_tls'), tagged('ServiceID string', 'ServiceID'), tagged('ServiceIDSnake string', 'service_id')].join('; '),
    ),
  },
);
/** A check inside a service's registration (http-core.md §8.2, agent-checks.md §1); whose it is need not be said. Durations in nanoseconds. */
export const CheckType = withCheckDefaults(checkFields, new Set(['serviceid', 'service_id']));
export type CheckType = TypeOf<typeof checkFields>;

/** A sidecar's definition hangs on its parent's, which is a definition again. */
export interface SidecarConnect {
  readonly Native: boolean;
  readonly SidecarService: ServiceDefinition | null;
}

/** A service as people register it with an agent (http-core.md §9.3, agent-checks.md §2). */
export interface ServiceDefinition {
  readonly Kind: string;
  readonly ID: string;
  readonly Name: string;
  readonly Tags: readonly string[] | null;
  readonly Address: string;
  readonly TaggedAddresses: ReadonlyMap<string, ServiceAddress> | null;
  readonly Meta: ReadonlyMap<string, string> | null;
  readonly Port: number;
  readonly SocketPath: string;
  readonly Check: CheckType;
  readonly Checks: readonly CheckType[] | null;
  readonly Weights: Weights | null;
  readonly Token: string;
  readonly EnableTagOverride: boolean;
  readonly Locality: Locality | null;
  readonly Proxy: ConnectProxyConfig | null;
  readonly Connect: SidecarConnect | null;
}

const Connect = struct(
  'ServiceConnect',
  {Native: bool.omitEmpty(), SidecarService: nullable(lazy<ServiceDefinition>('structs.ServiceDefinition', () => ServiceDefinition)).alias('sidecar_service')},
  {aliasDecoding: true},
);

export const ServiceDefinition: Type<ServiceDefinition> & {make(set: Partial<ServiceDefinition>): ServiceDefinition} = struct(
  'ServiceDefinition',
  {
    Kind: str,
    ID: str,
    Name: str,
    Tags: list(str),
    Address: str,
    TaggedAddresses: map(ServiceAddress).alias('tagged_addresses'),
    Meta: map(str),
    Port: int,
    SocketPath: str,
    Check: CheckType,
    Checks: list(CheckType),
    Weights: nullable(Weights),
    Token: str,
    EnableTagOverride: bool.alias('enable_tag_override'),
    Locality: nullable(Locality),
    Proxy: nullable(ConnectProxyConfig),
    Connect: nullable(Connect),
  },
  {
    aliasDecoding: true,
    goType: String.raw`struct { EnableTagOverrideSnake bool "json:\"enable_tag_override\""; TaggedAddressesSnake map[string]structs.ServiceAddress "json:\"tagged_addresses\""; *structs.Alias }`,
  },
);
