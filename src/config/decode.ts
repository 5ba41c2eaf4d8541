import {type KeySpec, type Shape} from './keys/key-spec.ts';
import {type Position, type RawMap, type RawNode} from './raw-node.ts';
import {type RawValue} from './definition-types.ts';

/** A value as its key's type has it: blocks are maps by dotted path. */
export type ConfigValue =
  | RawValue | Readonly<Record<string, readonly string[]>> | Block | readonly Block[] | ReadonlyMap<string, Block>;
export type Block = ReadonlyMap<string, ConfigValue>;

export interface UnknownKey {
  readonly path: string;
  readonly at: Position;
  /** Keys that could have stood there. */
  readonly siblings: readonly string[];
}

export interface Decoded {
  readonly values: Map<string, ConfigValue>;
  readonly unknown: readonly UnknownKey[];
  /** Sorted by their texts. */
  readonly typeFaults: readonly TypeFault[];
}

/** A value of another type than its key has. */
export interface TypeFault {
  /** Consul's words for it. */
  readonly text: string;
  readonly path: string;
  readonly at: Position;
  /** What would be right, as `wants …` goes on. */
  readonly wants: string;
}

const wanted = {bool: 'true or false', string: 'a text in quotes', int: 'a whole number', uint: 'a whole number that is not negative', float: 'a number'} as const;
const wantedDuration = 'a duration in quotes, such as "10s"';
const wantedList = 'a list: [ … ]';
const wantedBlock = 'a single block: { … }';

interface TrieNode {
  spec?: KeySpec;
  path: string;
  readonly children: Map<string, TrieNode>;
  readonly aliases: Map<string, string>;
}

const tries = new WeakMap<Shape, TrieNode>();

function trieOf(shape: Shape): TrieNode {
  const known = tries.get(shape);
  if (known !== undefined) return known;
  const root: TrieNode = {path: '', children: new Map(), aliases: new Map()};
  for (const [path, spec] of Object.entries(shape)) {
    let node = root;
    const names = path.split('.');
    for (const [i, name] of names.entries()) {
      const child: TrieNode = node.children.get(name) ?? {path: names.slice(0, i + 1).join('.'), children: new Map(), aliases: new Map()};
      node.children.set(name, child);
      if (i === names.length - 1) for (const alias of spec.aliases ?? []) node.aliases.set(alias, name);
      node = child;
    }
    node.spec = spec;
  }
  tries.set(shape, root);
  return root;
}

/**
 * Gives a parsed file its types by a shape: Consul's matching of names and its texts for wrong types (config.md §2.3).
 * Never throws: what is wrong comes back in the result.
 */
export function decode(map: RawMap, shape: Shape): Decoded {
  const decoder = new Decoder();
  const values = decoder.map(map, trieOf(shape), '');
  return {
    values,
    unknown: decoder.unknown.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    typeFaults: decoder.typeFaults.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)),
  };
}

class Decoder {
  readonly unknown: UnknownKey[] = [];
  readonly typeFaults: TypeFault[] = [];

  /** @param at where the map stands, as errors name it, with its trailing dot */
  map(map: RawMap, trie: TrieNode, at: string): Map<string, ConfigValue> {
    const values = new Map<string, ConfigValue>();
    this.#level(map, trie, at, values);
    return values;
  }

  #level(map: RawMap, trie: TrieNode, at: string, values: Map<string, ConfigValue>): void {
    const taken = new Map<string, string>();
    for (const exact of [true, false]) {
      for (const name of map.entries.keys()) {
        if (taken.has(name)) continue;
        const canonical = findName(trie, name, exact);
        if (canonical !== undefined && ![...taken.values()].includes(canonical)) taken.set(name, canonical);
      }
    }
    for (const [name, entry] of map.entries) {
      const canonical = taken.get(name);
      const child = canonical === undefined ? undefined : trie.children.get(canonical);
      if (canonical === undefined || child === undefined) {
        const aliased = aliasOf(trie, name);
        if (aliased === undefined) this.unknown.push({path: at + name, at: entry.keyAt, siblings: [...trie.children.keys()]});
        continue;
      }
      this.#child(entry.value, child, at + canonical, values);
    }
  }

  #child(node: RawNode, child: TrieNode, at: string, values: Map<string, ConfigValue>): void {
    if (node.kind === 'null') return;
    if (child.spec === undefined) {
      const inner = unwrap(node);
      if (inner.kind === 'map') this.#level(inner, child, `${at}.`, values);
      else this.#noMap(inner, at);
      return;
    }
    const value = this.#value(node, child.spec, at);
    if (value !== undefined) values.set(child.path, value);
  }

  #value(node: RawNode, spec: KeySpec, at: string): ConfigValue | undefined {
    switch (spec.type) {
      case 'bool':
      case 'string':
      case 'duration':
      case 'int':
      case 'uint':
      case 'float':
        return spec.type === 'duration' ? this.#scalar(unwrap(node), 'string', at, wantedDuration) : this.#scalar(unwrap(node), spec.type, at);
      case 'strings':
        return this.#strings(node, at);
      case 'stringMap':
        return this.#mapOf(node, at, (item, where) => this.#scalar(unwrap(item), 'string', where) as string | undefined);
      case 'stringsMap':
        return this.#mapOf(node, at, (item, where) => this.#strings(item, where));
      case 'any':
        return toRawValue(node);
      case 'anyMap':
        return this.#mapOf(node, at, (item) => toRawValue(item));
      case 'anyMaps':
        return this.#list(node, at)?.flatMap((item, i) => {
          const map = unwrap(item);
          if (map.kind === 'map') return [toRawValue(map)];
          this.#noMap(map, `${at}[${i}]`);
          return [];
        });
      case 'block':
        return this.#block(node, spec, at);
      case 'blocks':
        return this.#list(node, at)?.flatMap((item, i) => this.#block(item, spec, `${at}[${i}]`) ?? []);
      case 'blockMap': {
        const blocks = this.#mapOf(node, at, (item, where) => this.#block(item, spec, where));
        return blocks === undefined ? undefined : new Map(Object.entries(blocks));
      }
    }
  }

  #block(node: RawNode, spec: KeySpec, at: string): Block | undefined {
    const inner = unwrap(node);
    if (inner.kind === 'null') return undefined;
    if (inner.kind !== 'map') {
      this.#noMap(inner, at);
      return undefined;
    }
    return this.map(inner, trieOf(spec.shape?.() ?? {}), `${at}.`);
  }

  #scalar(node: RawNode, type: 'bool' | 'string' | 'int' | 'uint' | 'float', at: string, wants: string = wanted[type]): boolean | number | string | undefined {
    if (node.kind === 'null') return undefined;
    if ((type === 'bool' && node.kind === 'bool') || (type === 'string' && node.kind === 'string')) return node.value;
    if (node.kind === 'int' || node.kind === 'float') {
      if (type === 'uint' && node.value < 0) {
        return this.#wrong(`cannot parse '${at}', ${node.kind === 'int' ? node.value : node.value.toFixed(6)} overflows uint`, node, at, wants);
      }
      if (type === 'int' || type === 'uint') return Math.trunc(node.value);
      if (type === 'float') return node.value;
    }
    const goType = type === 'float' ? 'float64' : type;
    return this.#wrong(`'${at}' expected type '${goType}', got unconvertible type '${typeName(node)}', value: '${goValue(node)}'`, node, at, wants);
  }

  #list(node: RawNode, at: string): readonly RawNode[] | undefined {
    if (node.kind === 'list') return node.items;
    if (node.kind !== 'null') this.#wrong(`'${at}': source data must be an array or slice, got ${shortName(node)}`, node, at, wantedList);
    return undefined;
  }

  #noMap(node: RawNode, at: string): void {
    this.#wrong(`'${at}' expected a map, got '${shortName(node)}'`, node, at, wantedBlock);
  }

  #wrong(text: string, {at}: RawNode, path: string, wants: string): undefined {
    this.typeFaults.push({text, path, at, wants});
  }

  #strings(node: RawNode, at: string): readonly string[] | undefined {
    return this.#list(node, at)?.flatMap((item, i) => {
      const text = this.#scalar(unwrap(item), 'string', `${at}[${i}]`);
      return typeof text === 'string' ? [text] : item.kind === 'null' ? [''] : [];
    });
  }

  #mapOf<V>(node: RawNode, at: string, each: (item: RawNode, where: string) => V | undefined): Record<string, V> | undefined {
    const inner = unwrap(node);
    if (inner.kind === 'null') return undefined;
    if (inner.kind !== 'map') {
      this.#noMap(inner, at);
      return undefined;
    }
    const values: [string, V][] = [];
    for (const [name, entry] of inner.entries) {
      const value = each(entry.value, `${at}[${name}]`);
      if (value !== undefined) values.push([name, value]);
    }
    return Object.fromEntries(values);
  }
}

function findName(trie: TrieNode, name: string, exact: boolean): string | undefined {
  if (trie.children.has(name)) return exact ? name : undefined;
  if (exact) return undefined;
  const lower = name.toLowerCase();
  for (const candidate of trie.children.keys()) if (candidate.toLowerCase() === lower) return candidate;
  return trie.aliases.get(lower);
}

function aliasOf(trie: TrieNode, name: string): string | undefined {
  return trie.aliases.get(name.toLowerCase());
}

/** A one-element list counts as its element wherever a single value is wanted. */
function unwrap(node: RawNode): RawNode {
  let inner = node;
  while (inner.kind === 'list' && inner.items.length === 1 && inner.items[0] !== undefined) inner = inner.items[0];
  return inner;
}

function typeName(node: RawNode): string {
  if (node.kind === 'list') return node.ofBlocks ? '[]map[string]interface {}' : '[]interface {}';
  if (node.kind === 'map') return 'map[string]interface {}';
  return node.kind === 'float' ? 'float64' : node.kind;
}

function shortName(node: RawNode): string {
  return node.kind === 'list' ? 'slice' : node.kind === 'float' ? 'float64' : node.kind;
}

/** A value as Go's `%v` prints it. */
function goValue(node: RawNode): string {
  switch (node.kind) {
    case 'list':
      return `[${node.items.map(goValue).join(' ')}]`;
    case 'map':
      return `map[${[...node.entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => `${name}:${goValue(entry.value)}`).join(' ')}]`;
    case 'null':
      return '<nil>';
    default:
      return String(node.value);
  }
}

/** A value for whom it concerns: HCL blocks of one become maps. */
function toRawValue(node: RawNode): RawValue {
  switch (node.kind) {
    case 'null':
      return null;
    case 'list':
      return node.ofBlocks && node.items.length === 1 ? toRawValue(unwrap(node)) : node.items.map(toRawValue);
    case 'map':
      return Object.fromEntries([...node.entries].map(([name, entry]) => [name, toRawValue(entry.value)]));
    default:
      return node.value;
  }
}
