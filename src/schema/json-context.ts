import {JsonDecodeError} from './json-error.ts';
import {type JsonNode, JsonNumber, JsonObject} from './json-node.ts';

/** Where a JSON decoder stands, so that its errors say what Go's say. */
export class JsonContext {
  /** Unknown object keys are an error. */
  strict: boolean;
  /** Name of the struct whose field is being decoded, without its package. */
  structName = '';
  /** Names of the fields from the outermost struct down. */
  path: string[] = [];

  constructor(strict: boolean) {
    this.strict = strict;
  }

  /** Go's error for a JSON value that does not fit; `what` is the value's kind, for a number with its text. */
  mismatch(what: string, goType: string): JsonDecodeError {
    const into = this.path.length === 0
      ? `Go value of type ${goType}`
      : `Go struct field ${this.structName}.${this.path.join('.')} of type ${goType}`;
    return new JsonDecodeError(`json: cannot unmarshal ${what} into ${into}`);
  }

  /** Go's error for a JSON value of the wrong kind. */
  wrongKind(node: JsonNode, goType: string): JsonDecodeError {
    return this.mismatch(kindOf(node), goType);
  }
}

function kindOf(node: JsonNode): string {
  if (node instanceof JsonNumber) return 'number';
  if (node instanceof JsonObject) return 'object';
  if (Array.isArray(node)) return 'array';
  return typeof node === 'boolean' ? 'bool' : 'string';
}
