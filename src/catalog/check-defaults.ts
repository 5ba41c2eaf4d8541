import {withJson} from '../schema/combinators.ts';
import {type JsonNode, JsonObject} from '../schema/json-node.ts';
import {type Type} from '../schema/type.ts';

interface DefaultedCheck {
  readonly H2PING: string;
  readonly H2PingUseTLS: boolean;
  readonly FailuresBeforeWarning: number;
  readonly FailuresBeforeCritical: number;
}

const useTlsKeys = new Set(['h2pingusetls', 'h2ping_use_tls']);

/**
 * A check whose JSON may leave things open: an h2ping then uses TLS, and a check is critical as soon as it would warn.
 * @param ignored keys in lower case that may be given and mean nothing
 */
export function withCheckDefaults<T extends DefaultedCheck>(fields: Type<T>, ignored: ReadonlySet<string> = new Set()): Type<T> {
  return withJson(fields, {
    read: (node, context) => {
      const check = fields.readJson(without(node, ignored), context);
      const saysTls = node instanceof JsonObject && node.keys.some((key) => useTlsKeys.has(key.toLowerCase()));
      return {
        ...check,
        H2PingUseTLS: check.H2PingUseTLS || (check.H2PING !== '' && !saysTls),
        FailuresBeforeWarning: check.FailuresBeforeWarning === 0 ? check.FailuresBeforeCritical : check.FailuresBeforeWarning,
      };
    },
  });
}

function without(node: JsonNode, ignored: ReadonlySet<string>): JsonNode {
  if (!(node instanceof JsonObject) || !node.keys.some((key) => ignored.has(key.toLowerCase()))) return node;
  const kept = node.keys.map((key, at) => [key, node.values[at] ?? null] as const).filter(([key]) => !ignored.has(key.toLowerCase()));
  return new JsonObject(kept.map(([key]) => key), kept.map(([, value]) => value));
}

/** What Go calls a check in its errors; the two kinds of check differ at the end. */
export function goTypeOfCheck(serviceKeys: string): string {
  const keys = [
    'Interval interface {}', 'Timeout interface {}', 'TTL interface {}', 'DeregisterCriticalServiceAfter interface {}',
    tagged('Args []string', 'args'), tagged('ScriptArgsSnake []string', 'script_args'),
    tagged('DeregisterCriticalServiceAfterSnake interface {}', 'deregister_critical_service_after'),
    tagged('DockerContainerIDSnake string', 'docker_container_id'), tagged('TLSServerNameSnake string', 'tls_server_name'),
    tagged('TLSSkipVerifySnake bool', 'tls_skip_verify'), tagged('TCPUseTLSSnake bool', 'tcp_use_tls'), tagged('GRPCUseTLSSnake bool', 'grpc_use_tls'),
  ];
  return `struct { ${keys.join('; ')}; ${serviceKeys}; *structs.Alias }`;
}

/** A field of an anonymous Go struct, with its JSON key as Go prints it. */
export function tagged(field: string, key: string): string {
  return String.raw`${field} "json:\"${key}\""`;
}
