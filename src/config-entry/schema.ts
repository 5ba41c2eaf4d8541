import {binaryMarshalled} from '../schema/combinators.ts';
import {WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct} from '../schema/struct.ts';
import {type Type} from '../schema/type.ts';
import {custom, str} from '../schema/types.ts';
import {type ConfigEntryBody, type ConfigEntryKind, entryTypes, isConfigEntryKind} from './entries/kinds.ts';

/** A configuration entry as it is stored: its body is the struct of its kind, with the indexes in it too. */
export type ConfigEntry<K extends ConfigEntryKind = ConfigEntryKind> = {
  readonly [P in K]: {
    readonly Kind: P;
    /** Entries of a kind that has no name on the wire go by the kind's. */
    readonly Name: string;
    readonly body: ConfigEntryBody<P>;
  };
}[K];

/** A body, which must be of that kind, with its kind and name. */
export function configEntryOf(Kind: ConfigEntryKind, body: ConfigEntryBody): ConfigEntry {
  // What was read as a kind has that kind's struct; the compiler cannot follow that through a table.
  return {Kind, Name: 'Name' in body ? body.Name : Kind, body} as ConfigEntry;
}

/** Log entry and record 22. */
export interface ConfigEntryRequest {
  readonly Kind: ConfigEntryKind;
  readonly Op: string;
  readonly Datacenter: string;
  readonly Entry: ConfigEntryBody;
  readonly Token: string;
}

type Kindless = Omit<ConfigEntryRequest, 'Kind'>;

const kindlessTypes = new Map<string, Type<Kindless>>(
  Object.entries(entryTypes).map(([kind, entry]) => [
    kind,
    struct('ConfigEntryRequest', {Op: str, Datacenter: str, Entry: entry, ...embed(WriteRequest)}),
  ]),
);

function kindlessType(kind: string): Type<Kindless> {
  const type = kindlessTypes.get(kind);
  if (type === undefined) throw new Error(`invalid config entry kind: ${kind}`);
  return type;
}

const fields = custom<ConfigEntryRequest>({
  goType: 'structs.ConfigEntryRequest',
  zero: () => ({Kind: 'mesh', ...kindlessType('mesh').zero()}),
  isEmpty: () => false,
  writeMsgpack: (writer, request) => {
    writer.writeString(request.Kind);
    kindlessType(request.Kind).writeMsgpack(writer, request);
  },
  readMsgpack: (reader) => {
    const Kind = reader.readString();
    if (!isConfigEntryKind(Kind)) throw new Error(`invalid config entry kind: ${Kind}`);
    return {Kind, ...kindlessType(Kind).readMsgpack(reader)};
  },
  writeJson: ({Kind, ...request}) => kindlessType(Kind).writeJson(request),
  readJson: (node, context) => {
    throw context.wrongKind(node, 'structs.ConfigEntryRequest');
  },
});

/**
 * A string that holds the kind, and then the rest of the request with the struct of that kind (rpc-raft.md §4).
 * @throws Error for a kind that there is not
 */
export const ConfigEntryRequest = binaryMarshalled(
  fields,
  (writer, request) => fields.writeMsgpack(writer, request),
  (reader) => fields.readMsgpack(reader),
);
