import {type ConfigValue} from '../decode.ts';
import {NANOS_PER_MILLISECOND, tryGoDuration} from '../../schema/go-duration.ts';
import {goQuote} from '../../schema/go-quote.ts';
import {type PathsOf} from '../keys/all-keys.ts';
import {type RawObject} from '../definition-types.ts';

/** Reads the merged keys by type; what is wrong with them is collected, not thrown. */
export class MergedValues {
  readonly #values: ReadonlyMap<string, ConfigValue>;
  readonly errors: string[] = [];

  constructor(values: ReadonlyMap<string, ConfigValue>) {
    this.#values = values;
  }

  has(path: string): boolean {
    return this.#values.has(path);
  }

  bool(path: PathsOf<'bool'>, otherwise = false): boolean {
    return (this.#values.get(path) as boolean | undefined) ?? otherwise;
  }

  text(path: PathsOf<'string'>): string {
    return (this.#values.get(path) as string | undefined) ?? '';
  }

  number(path: PathsOf<'int'> | PathsOf<'uint'> | PathsOf<'float'>, otherwise = 0): number {
    return (this.#values.get(path) as number | undefined) ?? otherwise;
  }

  texts(path: PathsOf<'strings'>): readonly string[] {
    return (this.#values.get(path) as readonly string[] | undefined) ?? [];
  }

  textMap(path: PathsOf<'stringMap'>): Readonly<Record<string, string>> {
    return (this.#values.get(path) as Readonly<Record<string, string>> | undefined) ?? {};
  }

  object(path: PathsOf<'anyMap'>): RawObject {
    return (this.#values.get(path) as RawObject | undefined) ?? {};
  }

  objects(path: PathsOf<'anyMaps'>): readonly RawObject[] {
    return (this.#values.get(path) as readonly RawObject[] | undefined) ?? [];
  }

  blocks(path: PathsOf<'blocks'>): readonly ReadonlyMap<string, ConfigValue>[] {
    return (this.#values.get(path) as readonly ReadonlyMap<string, ConfigValue>[] | undefined) ?? [];
  }

  /** @returns milliseconds */
  durationMs(path: PathsOf<'duration'>, shownAs: string = path): number {
    const text = this.#values.get(path) as string | undefined;
    return text === undefined ? 0 : parseDurationMs(shownAs, text, this.errors);
  }

  /** @returns milliseconds by name */
  durationMapMs(path: PathsOf<'stringMap'>): Readonly<Record<string, number>> {
    const entries = Object.entries(this.textMap(path));
    return Object.fromEntries(entries.map(([name, text]) => [name, parseDurationMs(`${path}[${goQuote(name)}]`, text, this.errors)]));
  }
}

/** A Go duration as milliseconds; a bad one adds Consul's text to `errors` and counts as 0. */
export function parseDurationMs(name: string, text: string, errors: string[]): number {
  const parsed = tryGoDuration(text);
  if (typeof parsed === 'number') return parsed / NANOS_PER_MILLISECOND;
  errors.push(`${name}: invalid duration: ${goQuote(text)}: ${parsed.message}`);
  return 0;
}
