import {CommandFailure} from '../../command.ts';
import {pathEscape, keyPath} from '../../api-client.ts';
import {checkShown, goJson, instanceShown, type Json} from './shown-records.ts';
import {decodePairs, type KvPair} from '../kv/kv-pair.ts';

/** What was given on the command line; a flag that was not given is absent. */
export interface WatchParameters {
  readonly key?: string;
  readonly prefix?: string;
  readonly service?: string;
  readonly tag?: readonly string[];
  readonly passingonly?: boolean;
  readonly state?: string;
  readonly name?: string;
  readonly filter?: string;
}

/** What a watch asks for, again and again, and how its answer is shown. */
export interface WatchPlan {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly repeated: Readonly<Record<string, readonly string[]>>;
  /** An answer's body (undefined: there is no such thing) as compact JSON. */
  readonly show: (body: Buffer | undefined) => string;
  /** Answers are of happenings, not of a state: each is shown once, and the index is a name, not a count. */
  readonly isOfEvents: boolean;
}

const NOT_FOR_THE_CLI = new Set(['connect_roots', 'connect_leaf', 'agent_service']);

type Used = keyof WatchParameters;

interface WatchType {
  readonly uses: readonly Used[];
  /** @throws CommandFailure when something that it needs was not given */
  readonly plan: (given: WatchParameters) => Partial<WatchPlan> & Pick<WatchPlan, 'path'>;
}

const filtered = ({filter}: WatchParameters): Readonly<Record<string, string>> => (filter === undefined ? {} : {filter});

const types: Readonly<Record<string, WatchType>> = {
  key: {uses: ['key'], plan: ({key}) => ({path: kvPath(needed(key, 'key')), show: (body) => pairJson(pairsOf(body)[0])})},
  keyprefix: {
    uses: ['prefix'],
    plan: ({prefix}) => ({
      path: kvPath(needed(prefix, 'prefix')),
      query: {recurse: ''},
      show: (body) => (body === undefined ? 'null' : `[${pairsOf(body).map(pairJson).join(',')}]`),
    }),
  },
  services: {uses: ['filter'], plan: (given) => ({path: '/v1/catalog/services', query: filtered(given)})},
  nodes: {uses: ['filter'], plan: (given) => ({path: '/v1/catalog/nodes', query: filtered(given)})},
  service: {
    uses: ['service', 'tag', 'passingonly', 'filter'],
    plan: (given) => ({
      path: `/v1/health/service/${pathEscape(needed(given.service, 'service'))}`,
      query: {...filtered(given), ...(given.passingonly === true && {passing: '1'})},
      repeated: {tag: given.tag ?? []},
      show: shownEach(instanceShown),
    }),
  },
  checks: {
    uses: ['service', 'state', 'filter'],
    plan: (given) => {
      const {service, state} = given;
      if (service !== undefined && state !== undefined) throw new CommandFailure('Cannot specify service and state');
      const path = service === undefined ? `/v1/health/state/${pathEscape(state ?? 'any')}` : `/v1/health/checks/${pathEscape(service)}`;
      return {path, query: filtered(given), show: shownEach(checkShown)};
    },
  },
  event: {uses: ['name'], plan: ({name}) => ({path: '/v1/event/list', query: name === undefined ? {} : {name}, isOfEvents: true})},
};

/** The types of watches, in alphabetical order. */

/** @throws CommandFailure with Consul's text for a type that is not there, and for parameters that are missing or too many (cli.md §3.8) */
export function watchPlan(type: string, given: WatchParameters): WatchPlan {
  const known = Object.hasOwn(types, type) ? types[type] : undefined;
  const isForAgents = NOT_FOR_THE_CLI.has(type);
  if (known === undefined) throw new CommandFailure(isForAgents ? `Type ${type} is not supported in the CLI tool` : `Unsupported watch type: ${type}`);
  const plan = known.plan(given);
  const tooMany = Object.keys(given).filter((name) => !(known.uses as readonly string[]).includes(name)).sort();
  if (tooMany.length > 0) throw new CommandFailure(`Invalid parameters: [${tooMany.join(' ')}]`);
  return {query: {}, repeated: {}, show: (body) => goJson(parsed(body)), isOfEvents: false, ...plan};
}

function needed(text: string | undefined, what: string): string {
  if (text === undefined) throw new CommandFailure(`Must specify a single ${what} to watch`);
  return text;
}

/** A key as a path; one slash before it is taken for a slip. */
function kvPath(key: string): string {
  return `/v1/kv/${keyPath(key.replace(/^\//, ''))}`;
}

function parsed(body: Buffer | undefined): Json {
  return body === undefined ? null : JSON.parse(body.toString('utf8')) as Json;
}

function shownEach(shown: (record: Json) => Json): WatchPlan['show'] {
  return (body) => {
    const records = parsed(body);
    return goJson(Array.isArray(records) ? records.map(shown) : records);
  };
}

function pairsOf(body: Buffer | undefined): readonly KvPair[] {
  return body === undefined ? [] : decodePairs(body);
}

/** Flags stay text: they may be more than a number holds. */
function pairJson(pair: KvPair | undefined): string {
  if (pair === undefined) return 'null';
  const {Key, CreateIndex, ModifyIndex, LockIndex, Flags, Value, Session = ''} = pair;
  return `{"Key":${goJson(Key)},"CreateIndex":${CreateIndex},"ModifyIndex":${ModifyIndex},"LockIndex":${LockIndex},"Flags":${Flags},"Value":${goJson(Value)},"Session":${goJson(Session)}}`;
}
