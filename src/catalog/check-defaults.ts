import {withJson} from '../schema/combinators.ts';
import {JsonObject} from '../schema/json-node.ts';
import {type Type} from '../schema/type.ts';

interface DefaultedCheck {
  readonly H2PING: string;
  readonly H2PingUseTLS: boolean;
  readonly FailuresBeforeWarning: number;
  readonly FailuresBeforeCritical: number;
}

const useTlsKeys = new Set(['h2pingusetls', 'h2ping_use_tls']);

/** A check whose JSON may leave things open: an h2ping then uses TLS, and a check is critical as soon as it would warn. */
export function withCheckDefaults<T extends DefaultedCheck>(fields: Type<T>): Type<T> {
  return withJson(fields, {
    read: (node, context) => {
      const check = fields.readJson(node, context);
      const saysTls = node instanceof JsonObject && node.keys.some((key) => useTlsKeys.has(key.toLowerCase()));
      return {
        ...check,
        H2PingUseTLS: check.H2PingUseTLS || (check.H2PING !== '' && !saysTls),
        FailuresBeforeWarning: check.FailuresBeforeWarning === 0 ? check.FailuresBeforeCritical : check.FailuresBeforeWarning,
      };
    },
  });
}
