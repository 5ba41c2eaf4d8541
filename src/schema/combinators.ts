import {MsgpackReader} from '../wire/msgpack-reader.ts';
import {type MsgpackWriter} from '../wire/msgpack-writer.ts';
import {type JsonContext} from './json-context.ts';
import {type JsonNode} from './json-node.ts';
import {Type, withWriter} from './type.ts';
import {custom} from './types.ts';

/**
 * A type that is looked up at its first use: for structs that contain themselves. TypeScript cannot infer such a
 * type, so its interface is written out: `lazy<ServiceDefinition>('structs.ServiceDefinition', () => ServiceDefinition)`.
 */
export function lazy<T>(goType: string, target: () => Type<T>): Type<T> {
  return custom<T>({
    goType,
    zero: () => target().zero(),
    isEmpty: (value) => target().isEmpty(value),
    writeMsgpack: (writer, value) => target().writeMsgpack(writer, value),
    readMsgpack: (reader) => target().readMsgpack(reader),
    writeJson: (value) => target().writeJson(value),
    readJson: (node, context) => target().readJson(node, context),
  });
}

/**
 * A type with MarshalBinary: on the wire one raw string that holds what `write` writes (rpc-raft.md §4: ConfigEntryRequest
 * and its like; for protobuf messages see `binary`). JSON and the zero value are `base`'s. Nil reads as the zero value.
 */
export function binaryMarshalled<T>(
  base: Type<T>, write: (writer: MsgpackWriter, value: T) => void, read: (reader: MsgpackReader) => T): Type<T> {
  return custom<T>({
    goType: base.goType,
    zero: () => base.zero(),
    isEmpty: (value) => base.isEmpty(value),
    writeMsgpack: (writer, value) => {
      withWriter(writer.dialect, (inner) => {
        write(inner, value);
        writer.writeBinary(inner.view());
      });
    },
    readMsgpack: (reader) => (reader.tryNil() ? base.zero() : read(new MsgpackReader(reader.readBinaryView()))),
    writeJson: (value) => base.writeJson(value),
    readJson: (node, context) => base.readJson(node, context),
  });
}

/** JSON forms that replace a type's own; the msgpack form stays. */
export interface JsonForms<T> {
  readonly write?: (value: T) => string;
  /** Sees null too. Type.readJson of the base is there for what it does not handle itself. */
  readonly read?: (node: JsonNode, context: JsonContext) => T;
}

/** `base` with another form in JSON: for types with MarshalJSON or UnmarshalJSON. */
export function withJson<T>(base: Type<T>, forms: JsonForms<T>): Type<T> {
  return new OtherJson(base, forms);
}

class OtherJson<T> extends Type<T> {
  override readonly goType: string;
  readonly #base: Type<T>;
  readonly #forms: JsonForms<T>;

  constructor(base: Type<T>, forms: JsonForms<T>) {
    super();
    this.goType = base.goType;
    this.#base = base;
    this.#forms = forms;
  }

  override zero(): T {
    return this.#base.zero();
  }

  override isEmpty(value: T): boolean {
    return this.#base.isEmpty(value);
  }

  override writeMsgpack(writer: MsgpackWriter, value: T): void {
    this.#base.writeMsgpack(writer, value);
  }

  override writeTopLevel(writer: MsgpackWriter, value: T): void {
    this.#base.writeTopLevel(writer, value);
  }

  override readMsgpack(reader: MsgpackReader): T {
    return this.#base.readMsgpack(reader);
  }

  override writeJson(value: T): string {
    return this.#forms.write === undefined ? this.#base.writeJson(value) : this.#forms.write(value);
  }

  override readJson(node: JsonNode, context: JsonContext): T {
    return this.#forms.read === undefined ? this.#base.readJson(node, context) : this.#forms.read(node, context);
  }
}
