import {ConsulError} from '../consul-error.ts';
import {tryGoDuration} from '../schema/go-duration.ts';
import {type ApiRequest} from './api-request.ts';

/** The part of a read request that every endpoint shares, named as it travels on 8300 (rpc-raft.md §20). */
export interface ReadOptions {
  Datacenter: string;
  Token: string;
  MinQueryIndex: number;
  MaxQueryTime: number;
  AllowStale: boolean;
  RequireConsistent: boolean;
  UseCache: boolean;
  MaxStaleDuration: number;
  MaxAge: number;
  MustRevalidate: boolean;
  StaleIfError: number;
  Filter: string;
  AllowNotModifiedResponse: boolean;
}

/** Settings of the agent that bear on how reads are parsed. */
export interface ReadDefaults {
  /** Datacenter of this agent, used when a request names none. */
  readonly datacenter: string;
  /** Token used when a request carries none. */
  readonly token: () => string;
  /** Default reads of the catalog and of health may be this stale; 0: they may not. */
  readonly discoveryMaxStaleNs: number;
  /** `http_config.use_cache` is false: `cached` means nothing. */
  readonly ignoresCached?: boolean;
}

/**
 * Reads `dc`, token, filter, consistency, `wait` and `index`, in the order in which Consul complains (http-core.md §2).
 * @throws ConsulError 400 with Consul's text
 */
export function readOptions(request: ApiRequest, defaults: ReadDefaults): ReadOptions {
  return {...consistencyOptions(request, defaults), ...waitOptions(request)};
}

/** `wait` and `index` alone, for what the agent answers from its own memory. @throws ConsulError 400 with Consul's text */
export function waitOptions(request: ApiRequest): Pick<ReadOptions, 'MaxQueryTime' | 'MinQueryIndex'> {
  return {MaxQueryTime: waitOf(request), MinQueryIndex: indexOf(request)};
}

/** The options of a read that does not wait. @throws ConsulError 400 with Consul's text */
export function consistencyOptions(request: ApiRequest, defaults: ReadDefaults): ReadOptions {
  const {query} = request;
  const options: ReadOptions = {
    Datacenter: datacenterOf(request, defaults),
    Token: request.token || defaults.token(),
    MinQueryIndex: 0,
    MaxQueryTime: 0,
    AllowStale: query.has('stale'),
    RequireConsistent: query.has('consistent'),
    UseCache: query.has('cached') && defaults.ignoresCached !== true,
    MaxStaleDuration: 0,
    MaxAge: 0,
    MustRevalidate: false,
    StaleIfError: 0,
    Filter: query.get('filter'),
    AllowNotModifiedResponse: false,
  };
  readMaxStale(request, options, defaults);
  if (options.AllowStale && options.RequireConsistent) {
    throw new ConsulError('Cannot specify ?stale with ?consistent, conflicting semantics.', 400);
  }
  if (options.UseCache && options.RequireConsistent) {
    throw new ConsulError('Cannot specify ?cached with ?consistent, conflicting semantics.', 400);
  }
  readCacheControl(request, options);
  return options;
}

/** Datacenter and token of a write. */
export function writeOptions(request: ApiRequest, defaults: ReadDefaults): {Datacenter: string; Token: string} {
  return {Datacenter: datacenterOf(request, defaults), Token: request.token || defaults.token()};
}

/** `dc`, or `datacenter`, which wins; the agent's own by default. */
function datacenterOf(request: ApiRequest, defaults: ReadDefaults): string {
  return request.query.get('datacenter') || request.query.get('dc') || defaults.datacenter;
}

function readMaxStale(request: ApiRequest, options: ReadOptions, defaults: ReadDefaults): void {
  const text = request.query.get('max_stale');
  if (text !== '') {
    const duration = tryGoDuration(text);
    if (typeof duration !== 'number') throw new ConsulError(`Invalid max_stale value ${JSON.stringify(text)}`, 400);
    options.MaxStaleDuration = duration;
    if (duration > 0) options.AllowStale = true;
  } else if (defaults.discoveryMaxStaleNs > 0 && /^\/v1\/(catalog|health)/.test(request.rawPath)) {
    if (options.RequireConsistent || request.query.has('leader') || options.AllowStale) return;
    options.MaxStaleDuration = defaults.discoveryMaxStaleNs;
    options.AllowStale = true;
  }
}

function readCacheControl(request: ApiRequest, options: ReadOptions): void {
  const header = request.header('cache-control');
  if (header === undefined || header === '') return;
  for (const part of header.split(',')) {
    const [name, value] = part.trim().toLowerCase().split('=');
    if (name === 'must-revalidate') {
      options.MustRevalidate = true;
    } else if (name === 'max-age' || name === 'stale-if-error') {
      const seconds = /^[+-]?\d+$/.test(value?.trim() ?? '') ? Number(value) : Number.NaN;
      if (Number.isNaN(seconds)) throw new ConsulError('Invalid Cache-Control header.', 400);
      if (name === 'stale-if-error') options.StaleIfError = seconds * 1e9;
      else if (seconds === 0) options.MustRevalidate = true;
      else options.MaxAge = seconds * 1e9;
    }
  }
}

function waitOf(request: ApiRequest): number {
  const text = request.query.get('wait');
  if (text === '') return 0;
  const duration = tryGoDuration(text);
  if (typeof duration !== 'number') throw new ConsulError('Invalid wait time', 400);
  return duration;
}

function indexOf(request: ApiRequest): number {
  const text = request.query.get('index');
  if (text === '') return 0;
  const index = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(index) || BigInt(text) > 0xffff_ffff_ffff_ffffn) throw new ConsulError('Invalid index', 400);
  // An index beyond 2^53 is above every index there is, which is all that matters to a blocking query.
  return Math.min(index, Number.MAX_SAFE_INTEGER);
}
