import {type ProgramPorts} from './program.ts';

/** What differs between two runs of one program by its nature, and is replaced by placeholders before comparing. */
export interface RunFacts {
  readonly ports: ProgramPorts;
  readonly directory: string;
  /** The node's id, whose first 8 characters the CLI prints alone. */
  readonly nodeId: string;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
/** Where a Raft index stands in a text; 0 and 1 mean "none" to Consul and stay. */
const INDEXES = [
  /("(?:Create|Modify|Commit|Applied)?Index": ?)(\d+)/g,
  /(\bX-Consul-Index: )(\d+)/gi,
  /(\b(?:Create|Modify)Index +)(\d+)/g,
  /(current modify index )(\d+)/g,
  /(to index )(\d+)/g,
];
const TOKEN = /<(index|uuid):(\d+)>/g;

/** Numbers uuids by their first appearance; one numbering lasts a whole scenario. */
export class UuidNames {
  readonly #names = new Map<string, number>();

  name(uuid: string): string {
    const known = this.#names.get(uuid) ?? this.#names.size + 1;
    this.#names.set(uuid, known);
    return `<uuid:${known}>`;
  }
}

function replacePorts(text: string, ports: ProgramPorts): string {
  return Object.entries(ports).reduce((done, [name, port]) => done.replace(new RegExp(`(?<![\\d.])${String(port)}(?!\\d)`, 'g'), `<port:${name}>`), text);
}

/** One line of an answer with uuids, ports, times, paths and Raft indexes replaced; indexes still carry their own numbers. */
export function normaliseLine(line: string, facts: RunFacts, names: UuidNames): string {
  const shortId = facts.nodeId.slice(0, 8);
  let text = line.replace(UUID, (uuid) => names.name(uuid)).replace(TIME, '<time>').replaceAll(facts.directory, '<dir>');
  if (shortId !== '') text = text.replaceAll(shortId, '<node-id>');
  text = text.replace(/("ContentHash": ?")[0-9a-f]+"/g, '$1<hash>"').replace(/(X-Consul-Contenthash: )[0-9a-f]+/gi, '$1<hash>');
  // how far Raft's log is, which is counted in another program's own entries too
  text = text.replace(/("LastIndex": ?|\bLast Index: +)\d+/g, '$1<last>').replace(/(\bleader +true +\d+ +)\d+ +-/g, '$1<last> -');
  text = replacePorts(text, facts.ports);
  for (const pattern of INDEXES) text = text.replace(pattern, (whole, before: string, digits: string) => (Number(digits) <= 1 ? whole : `${before}<index:${digits}>`));
  return text;
}

/** Replaces the Raft indexes of a whole scenario by their ranks, so that a recording says only what is equal and what comes later. */
export function rankIndexes(answers: readonly (readonly string[])[]): string[][] {
  const seen = new Set<number>();
  for (const line of answers.flat()) for (const [, kind, digits] of line.matchAll(TOKEN)) if (kind === 'index') seen.add(Number(digits));
  const ranks = new Map([...seen].sort((a, b) => a - b).map((index, rank) => [index, rank + 1]));
  return answers.map((lines) => lines.map((line) => line.replace(TOKEN, (whole, kind: string, digits: string) => (kind === 'index' ? `<index:${ranks.get(Number(digits)) ?? 0}>` : whole))));
}

type JsonShape = string | readonly JsonShape[] | {readonly [key: string]: JsonShape};

function shapeOf(value: unknown): JsonShape {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value === null) return 'null';
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
  return typeof value;
}

function sortKey(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => (key === 'ID' || key.endsWith('Index') ? undefined : member)) ?? '';
}

function createIndex(value: unknown): number {
  return typeof value === 'object' && value !== null && 'CreateIndex' in value ? Number(value.CreateIndex) : 0;
}

function sortedLists(value: unknown): unknown {
  if (Array.isArray(value)) {
    const keyed = value.map((member: unknown) => ({key: sortKey(member), created: createIndex(member), member: sortedLists(member)}));
    return keyed.sort((a, b) => (a.key === b.key ? a.created - b.created : a.key < b.key ? -1 : 1)).map(({member}) => member);
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sortedLists(member)]));
}

/** A JSON body as lines of names and kinds (`shape`), or with its array in an order that no random id decides (`sorted`). */
export function jsonView(body: string, view: 'shape' | 'sorted'): string[] {
  const value: unknown = JSON.parse(body);
  const shown = view === 'shape' ? shapeOf(value) : sortedLists(value);
  return JSON.stringify(shown, null, 2).split('\n');
}
