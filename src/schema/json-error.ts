/** A JSON text that cannot be decoded into what was asked for; the text is the one Go's encoding/json gives. */
export class JsonDecodeError extends Error {
  override readonly name: string = 'JsonDecodeError';
}

/** A text that is not JSON. */
export class JsonSyntaxError extends JsonDecodeError {
  override readonly name = 'JsonSyntaxError';
  /** Where the offending char stands, in UTF-16 units from the start of the text. */
  readonly offset: number;

  constructor(text: string, offset: number) {
    super(text);
    this.offset = offset;
  }
}
