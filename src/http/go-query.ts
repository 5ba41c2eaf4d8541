/** A query string as Go's url.Values sees it: names repeat, the first value counts, a bare name has the value "". */
export class GoQuery {
  readonly #values: Map<string, string[]>;

  private constructor(values: Map<string, string[]>) {
    this.#values = values;
  }

  static readonly empty = new GoQuery(new Map());

  /**
   * Reads the part behind `?`.
   * @returns undefined when Go would refuse it: a bad percent sequence or a raw `;` (http-core.md §1.1)
   */
  static parse(raw: string): GoQuery | undefined {
    if (raw === '') return GoQuery.empty;
    const values = new Map<string, string[]>();
    for (const pair of raw.split('&')) {
      if (pair === '') continue;
      if (pair.includes(';')) return undefined;
      const equals = pair.indexOf('=');
      const name = unescape(equals < 0 ? pair : pair.slice(0, equals));
      const value = equals < 0 ? '' : unescape(pair.slice(equals + 1));
      if (name === undefined || value === undefined) return undefined;
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    }
    return new GoQuery(values);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The first value of `name`, or "" when it is absent. */
  get(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Go's url.Values.Encode: sorted by name, each value escaped. */
  encode(): string {
    const names = [...this.#values.keys()].sort();
    return names
      .flatMap((name) => this.all(name).map((value) => `${escape(name)}=${escape(value)}`))
      .join('&');
  }
}

const badPercent = /%(?![0-9a-fA-F]{2})/;

function unescape(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  if (badPercent.test(text)) return undefined;
  return percentDecode(text.replaceAll('+', ' ')).toString('utf8');
}

function escape(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Decodes percent sequences to bytes. The text must hold only whole sequences; other characters stand for their UTF-8. */
export function percentDecode(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x25) {
      bytes[length++] = Number.parseInt(bytes.toString('latin1', i + 1, i + 3), 16);
      i += 2;
    } else {
      bytes[length++] = byte;
    }
  }
  return bytes.subarray(0, length);
}
