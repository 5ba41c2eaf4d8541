import {JsonNumber, JsonObject, parseJson} from '../schema/json-node.ts';
import {struct} from '../schema/struct.ts';
import {custom, duration, list, nullable, str} from '../schema/types.ts';
import {decodeFailed, isDecodeError} from '../http/json-body.ts';
import {ServiceCheck, Session} from './schema.ts';

const lockDelayDefaultNs = 15e9;
/** Numbers below this are seconds: nobody means so few nanoseconds. */
const secondsBelow = 1000;

const lockDelay = custom<number>({
  goType: 'interface {}',
  zero: () => lockDelayDefaultNs,
  isEmpty: () => false,
  writeMsgpack: (writer, value) => writer.writeInt(value),
  readMsgpack: (reader) => reader.readInt(),
  writeJson: String,
  readJson: (node, context) => {
    const value = duration.readJson(node, context);
    return node instanceof JsonNumber && value < secondsBelow ? value * 1e9 : value;
  },
});

/** The body of a create. Null tells what was not said, or was taken away, from what was said. */
const CreateBody = struct(
  'Session',
  {
    Node: nullable(str),
    Name: str,
    LockDelay: lockDelay,
    Behavior: str,
    TTL: str,
    NodeChecks: list(str),
    ServiceChecks: list(ServiceCheck),
    Checks: list(str),
  },
  {goType: 'struct { LockDelay interface {}; *structs.Alias }', aliasDecoding: true},
);

/**
 * The session that `PUT /v1/session/create` asks for (http-core.md §14.1).
 * @param body undefined when there was none
 * @throws ConsulError 400 when it is not JSON of that form
 */
export function readCreateBody(body: Buffer | undefined, nodeName: string): Session {
  const defaults = Session.make({Node: nodeName, LockDelay: lockDelayDefaultNs, Behavior: 'release', NodeChecks: ['serfHealth']});
  if (body === undefined) return defaults;
  return {...defaults, ...decode(body, nodeName)};
}

function decode(body: Buffer, nodeName: string): Partial<Session> {
  try {
    const {Node, NodeChecks, Checks, ...rest} = CreateBody.fromJson(body);
    const said = saidKeys(body);
    const isLegacyEmpty = said.has('checks') && (Checks === null || Checks.length === 0);
    return {
      ...rest,
      Node: Node ?? nodeName,
      Behavior: rest.Behavior || 'release',
      Checks: Checks !== null && Checks.length > 0 ? Checks : null,
      NodeChecks: isLegacyEmpty ? [] : said.has('nodechecks') ? NodeChecks : ['serfHealth'],
    };
  } catch (error) {
    if (isDecodeError(error)) throw decodeFailed(error.message);
    throw error;
  }
}

/** Keys of the body's object, folded: an empty list says something other than no list. */
function saidKeys(body: Buffer): ReadonlySet<string> {
  const parsed = parseJson(body);
  return new Set(parsed instanceof JsonObject ? parsed.keys.map((key) => key.toLowerCase()) : []);
}
