import {type MsgpackReader} from '../wire/msgpack-reader.ts';
import {type MsgpackWriter} from '../wire/msgpack-writer.ts';
import {goQuote} from './go-quote.ts';
import {type JsonContext} from './json-context.ts';
import {JsonDecodeError} from './json-error.ts';
import {type JsonNode, JsonObject} from './json-node.ts';
import {type LongForms} from './long-forms.ts';
import {longStruct} from './long-struct.ts';
import {type CompiledStruct, compileStruct, type NamedField} from './struct-compiler.ts';
import {Field, Type, type TypeOf} from './type.ts';

export type {TypeOf} from './type.ts';

/** Fields in Go's declared order, which is the order of JSON output. */
export type Fields = Readonly<Record<string, Type<unknown> | Field<unknown>>>;

/** A plain object with all fields present. */
export type StructValue<F extends Fields> = {readonly [K in keyof F]: TypeOf<F[K]>};

export interface StructOptions {
  /** Type name in error texts, if it is not `structs.<name>`. */
  readonly goType?: string;
  /** Go decodes this struct's JSON through an anonymous struct that embeds an Alias: errors say `.Alias.Port`. */
  readonly aliasDecoding?: boolean;
}

/** A Go struct. Made by `struct()`. */
export class StructType<F extends Fields> extends Type<StructValue<F>> {
  readonly name: string;
  readonly goType: string;
  override readonly long: LongForms<StructValue<F>> | null;
  /** As given; `embed` puts them into another struct. */
  readonly fields: F;
  readonly #compiled: CompiledStruct<StructValue<F>>;
  readonly #named: readonly NamedField[];
  readonly #aliasDecoding: boolean;
  readonly #byExactKey = new Map<string, number>();
  readonly #byFoldedKey = new Map<string, number>();

  constructor(name: string, fields: F, options: StructOptions) {
    super();
    this.name = name;
    this.goType = options.goType ?? `structs.${name}`;
    this.fields = fields;
    this.#aliasDecoding = options.aliasDecoding ?? false;
    this.#named = Object.entries(fields).map(([key, field]) => [key, field instanceof Field ? field : new Field(field)]);
    this.#compiled = compileStruct(name, this.#named);
    // The compiled functions are taken as they are, without a step between.
    this.zero = this.#compiled.zero;
    this.writeMsgpack = this.#compiled.writeMsgpack;
    this.readMsgpack = this.#compiled.readMsgpack;
    this.writeJson = this.#compiled.writeJson;
    this.long = longStruct(this.#named, this.zero);
    this.#named.forEach(([key, field], at) => this.#addKeys(key, field, at));
  }

  /** All fields at their Go zero values. */
  override zero: () => StructValue<F>;
  override writeMsgpack: (writer: MsgpackWriter, value: StructValue<F>) => void;
  override readMsgpack: (reader: MsgpackReader) => StructValue<F>;
  override writeJson: (value: StructValue<F>) => string;

  /** The zero value with some fields set; always in the one order of fields. */
  make(set: Partial<StructValue<F>>): StructValue<F> {
    return Object.assign(this.zero(), set);
  }

  /** A struct is never empty to omitempty. */
  override isEmpty(): boolean {
    return false;
  }

  override readJson(node: JsonNode, context: JsonContext): StructValue<F> {
    if (node === null) return this.zero();
    if (!(node instanceof JsonObject)) throw context.wrongKind(node, this.goType);
    const outerPath = context.path;
    const outerName = context.structName;
    const {path, structName} = this.#errorPlace(outerPath);
    // One path for the whole decoding: each struct puts its fields' names at its own depth.
    const depth = path.length;
    context.path = path;
    const value: Record<string, unknown> = this.zero();
    for (let i = 0; i < node.keys.length; i++) {
      const key = node.keys[i] ?? '';
      const at = this.#byExactKey.get(key) ?? this.#byFoldedKey.get(foldKey(key));
      const named = at === undefined ? undefined : this.#named[at];
      if (named === undefined) {
        if (context.strict) throw new JsonDecodeError(`json: unknown field ${goQuote(key)}`);
        continue;
      }
      const child = node.values[i] ?? null;
      // A null leaves a plain field as it is, and makes nil of one that has it.
      if (child === null && value[named[0]] !== null && named[1].type.zero() !== null) continue;
      context.structName = structName;
      path[depth] = named[1].flags.jsonName || named[0];
      value[named[0]] = named[1].type.readJson(child, context);
      path.length = depth + 1;
    }
    path.length = depth;
    context.path = outerPath;
    context.structName = outerName;
    return value as StructValue<F>;
  }

  #errorPlace(outerPath: string[]): {path: string[]; structName: string} {
    return this.#aliasDecoding ? {path: ['Alias'], structName: ''} : {path: outerPath, structName: this.name};
  }

  /** Earlier fields win a folded key, as in Go. */
  #addKeys(name: string, field: Field<unknown>, at: number): void {
    const {jsonName, aliases} = field.flags;
    const keys = jsonName === false ? aliases : [jsonName ?? name, ...aliases];
    for (const key of keys) {
      this.#byExactKey.set(key, at);
      const folded = foldKey(key);
      if (!this.#byFoldedKey.has(folded)) this.#byFoldedKey.set(folded, at);
    }
  }
}

/** Go's case folding of a JSON key, with the two letters beyond ASCII that fold into it (K from the Kelvin sign, ſ). */
function foldKey(key: string): string {
  return key.toLowerCase().replaceAll('\u017f', 's');
}

/**
 * Describes a Go struct once. Field names are Go's (the wire's); their order is Go's declared order. Embedded structs
 * are inlined with `...embed(Other)`.
 */
export function struct<const F extends Fields>(name: string, fields: F, options: StructOptions = {}): StructType<F> {
  return new StructType(name, fields, options);
}

/** The fields of an embedded struct, to be spread where Go embeds it. */
export function embed<F extends Fields>(embedded: StructType<F>): F {
  return embedded.fields;
}
