import {goTypeOfCheck, tagged, withCheckDefaults} from '../../catalog/check-defaults.ts';
import {CheckType} from '../../catalog/service-definition.ts';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, duration, int, list, map, str} from '../../schema/types.ts';

const fields = struct(
  'CheckDefinition',
  {
    ID: str,
    Name: str,
    Notes: str,
    ServiceID: str.alias('service_id'),
    Token: str,
    Status: str,
    ScriptArgs: list(str).alias('args').alias('script_args'),
    HTTP: str,
    Header: map(list(str)),
    Method: str,
    Body: str,
    DisableRedirects: bool.alias('disable_redirects'),
    TCP: str,
    TCPUseTLS: bool.alias('tcp_use_tls'),
    UDP: str,
    Interval: duration,
    DockerContainerID: str.alias('docker_container_id'),
    Shell: str,
    GRPC: str,
    GRPCUseTLS: bool.alias('grpc_use_tls'),
    H2PING: str,
    H2PingUseTLS: bool.alias('h2ping_use_tls'),
    OSService: str,
    TLSServerName: str.alias('tls_server_name'),
    TLSSkipVerify: bool.alias('tls_skip_verify'),
    AliasNode: str,
    AliasService: str,
    Timeout: duration,
    TTL: duration,
    SuccessBeforePassing: int,
    FailuresBeforeWarning: int,
    FailuresBeforeCritical: int,
    DeregisterCriticalServiceAfter: duration.alias('deregister_critical_service_after'),
    OutputMaxSize: int,
  },
  {
    aliasDecoding: true,
    goType: goTypeOfCheck(
      [tagged('ServiceIDSnake string', 'service_id'), tagged('H2PingUseTLSSnake bool', 'h2ping_use_tls'), tagged('DisableRedirectsSnake bool', 'disable_redirects')].join('; '),
    ),
  },
);
/** The body of `/v1/agent/check/register` (http-core.md §8.2). Durations in nanoseconds. */
export const CheckDefinition = withCheckDefaults(fields);
export type CheckDefinition = TypeOf<typeof fields>;

/** The same check as one inside a service would say it; the file of a persisted check holds this form. */
export function checkTypeOf({ID, ServiceID: _serviceId, Token: _token, ...rest}: CheckDefinition): CheckType {
  return {...CheckType.zero(), ...rest, CheckID: ID};
}
