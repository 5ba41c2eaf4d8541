import {MsgpackReader} from '../wire/msgpack-reader.ts';
import {type MsgpackDialect, MsgpackWriter} from '../wire/msgpack-writer.ts';
import {indentJson, indentParts} from './go-json.ts';
import {JsonContext} from './json-context.ts';
import {type JsonNode, type JsonParseOptions, parseJson} from './json-node.ts';
import {type LongForms} from './long-forms.ts';

export interface MsgpackOptions {
  /** Default `rpc`. */
  readonly dialect?: MsgpackDialect;
  /** A plain byte put before the value: the type of a log entry or snapshot record. */
  readonly typeByte?: number;
}

export interface JsonOutOptions {
  /** Four spaces of indentation, as Go's MarshalIndent. */
  readonly pretty?: boolean;
}

export interface JsonInOptions extends JsonParseOptions {
  /** Unknown object keys are an error: `json: unknown field "Bogus"`. */
  readonly strict?: boolean;
}

/**
 * How the struct compiler may write code for a type instead of a call through its methods: names of the writer's and
 * reader's methods, and expressions.
 */
export interface InlineCode {
  readonly write: keyof MsgpackWriter;
  readonly read: keyof MsgpackReader;
  readonly zero: string;
  readonly isEmpty: (value: string) => string;
  /** Null: through the type's writeJson. */
  readonly json: ((value: string) => string) | null;
}

/** A Go type: its zero value, its msgpack form and its JSON form, for values of the TypeScript type T. */
export abstract class Type<T> {
  /** As Go prints it in error texts: `int`, `[]string`, `structs.NodeService`. */
  abstract readonly goType: string;
  readonly inline: InlineCode | null = null;
  /** How values that may be very long are written and read as short pieces of work; null where none is. */
  readonly long: LongForms<T> | null = null;

  abstract zero(): T;
  /** What JSON's omitempty leaves out. */
  abstract isEmpty(value: T): boolean;
  abstract writeMsgpack(writer: MsgpackWriter, value: T): void;
  /** A nil reads as the zero value. */
  abstract readMsgpack(reader: MsgpackReader): T;
  /** Compact JSON. */
  abstract writeJson(value: T): string;
  /** A JSON null reads as the zero value. */
  abstract readJson(node: JsonNode, context: JsonContext): T;

  /** As the whole of a message, where Go writes a nil slice or map as an empty one (rpc-raft.md §4). */
  writeTopLevel(writer: MsgpackWriter, value: T): void {
    this.writeMsgpack(writer, value);
  }

  /** The whole message for a value, in a buffer of its own. */
  toMsgpack(value: T, options: MsgpackOptions = {}): Buffer {
    return withWriter(options.dialect ?? 'rpc', (writer) => {
      if (options.typeByte !== undefined) writer.writeByte(options.typeByte);
      this.writeTopLevel(writer, value);
      return writer.toBuffer();
    });
  }

  /**
   * The value of a whole message that starts at `start`; what follows it is ignored, as in Go.
   * @throws MsgpackError
   */
  fromMsgpack(bytes: Uint8Array, start = 0): T {
    return this.readMsgpack(new MsgpackReader(bytes, start));
  }

  toJson(value: T, options: JsonOutOptions = {}): string {
    const json = this.writeJson(value);
    return options.pretty === true ? indentJson(json) : json;
  }

  /** What `toJson` gives, in parts that are each made quickly. */
  jsonParts(value: T, options: JsonOutOptions = {}): Iterable<string> {
    const parts = this.long?.isLong(value) === true ? this.long.jsonParts(value) : [this.writeJson(value)];
    return options.pretty === true ? indentParts(parts) : parts;
  }

  /**
   * Decodes JSON by Go's rules: keys match case-insensitively, null leaves the zero value.
   * @throws JsonDecodeError with Go's text; GoDurationError and GoTimeError of fields of these types
   */
  fromJson(input: string | Uint8Array, options: JsonInOptions = {}): T {
    return this.fromJsonNode(parseJson(input, options), options);
  }

  /** The same from a value that parseJson made. */
  fromJsonNode(node: JsonNode, options: JsonInOptions = {}): T {
    return this.readJson(node, new JsonContext(options.strict ?? false));
  }

  /** As a struct's field: left out of JSON when it is Go's idea of empty. */
  omitEmpty(): Field<T> {
    return new Field<T>(this).omitEmpty();
  }

  /** As a struct's field: another name in JSON, or no place there. */
  json(name: string | false): Field<T> {
    return new Field<T>(this).json(name);
  }

  /** As a struct's field: `false` keeps it out of msgpack. */
  wire(on: boolean): Field<T> {
    return new Field<T>(this).wire(on);
  }

  /** As a struct's field: one more key that JSON input may use. */
  alias(name: string): Field<T> {
    return new Field<T>(this).alias(name);
  }
}

interface FieldFlags {
  readonly omitsEmpty: boolean;
  readonly jsonName: string | false | null;
  readonly onWire: boolean;
  readonly aliases: readonly string[];
}

const PLAIN: FieldFlags = {omitsEmpty: false, jsonName: null, onWire: true, aliases: []};

/** A type with what a struct says about the field that has it. */
export class Field<T> {
  readonly type: Type<T>;
  readonly flags: FieldFlags;

  constructor(type: Type<T>, flags: FieldFlags = PLAIN) {
    this.type = type;
    this.flags = flags;
  }

  omitEmpty(): Field<T> {
    return new Field(this.type, {...this.flags, omitsEmpty: true});
  }

  json(name: string | false): Field<T> {
    return new Field(this.type, {...this.flags, jsonName: name});
  }

  wire(on: boolean): Field<T> {
    return new Field(this.type, {...this.flags, onWire: on});
  }

  alias(name: string): Field<T> {
    return new Field(this.type, {...this.flags, aliases: [...this.flags.aliases, name]});
  }
}

/** The TypeScript type of the values that a schema describes: `type DirEntry = TypeOf<typeof DirEntry>`. */
export type TypeOf<S> = S extends {readonly type: Type<infer T>} ? T : S extends {zero(): infer T} ? T : never;

const idleWriters = new Map<MsgpackDialect, MsgpackWriter[]>();

/** Runs `use` with an empty writer of the dialect; the writer goes back to a pool, so `use` must not keep a view. */
export function withWriter<R>(dialect: MsgpackDialect, use: (writer: MsgpackWriter) => R): R {
  let pool = idleWriters.get(dialect);
  if (pool === undefined) idleWriters.set(dialect, (pool = []));
  const writer = pool.pop() ?? new MsgpackWriter(dialect);
  try {
    return use(writer);
  } finally {
    writer.reset();
    pool.push(writer);
  }
}
