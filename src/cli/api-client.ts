import {readdirSync, readFileSync} from 'node:fs';
import {request as httpRequest, type IncomingMessage, type RequestOptions} from 'node:http';
import {join} from 'node:path';
import {type Readable} from 'node:stream';
import {openErrorText} from '../runtime/system-error.ts';
import {errorText} from '../runtime/thrown.ts';
import {goQuote} from '../schema/go-quote.ts';
import {tryGoBool} from '../schema/go-strconv.ts';
import {type CommandIo, CommandFailure} from './command.ts';
import {type HttpFlagValues} from './http-flags.ts';
import {type Destination, transportText} from './transport-text.ts';

const DEFAULT_ADDRESS = '127.0.0.1:8500';
/** Go's http.Client speaks plain HTTP on port 80 when an address has none. */
const DEFAULT_HTTP_PORT = 80;
const DEFAULT_HTTPS_PORT = 443;

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Parameters that may stand several times. */
  readonly repeated?: Readonly<Record<string, readonly string[]>>;
  readonly body?: Uint8Array | string;
  /** Gives the request up; it then fails as one that got no answer. */
  readonly signal?: AbortSignal;
}

/** A request that did not succeed. `message` is what Go's API client says (cli.md §1.5). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** undefined when no answer came */
  readonly status: number | undefined;
  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

interface Endpoint extends Destination {
  readonly secure: boolean;
  readonly pathPrefix: string;
  /** scheme and host as they stand in error texts */
  readonly shown: string;
}

interface TlsOptions {
  readonly ca?: readonly Buffer[];
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Talks to an agent's HTTP API as Consul's command line does, by its flags and environment (cli.md §1.3, §1.4). */
export class ApiClient {
  readonly #endpoint: Endpoint;
  readonly #token: string;
  readonly #basicAuth: string;
  readonly #tls: TlsOptions;
  readonly #scope: Readonly<Record<string, string | undefined>>;

  /** @throws CommandFailure `Error connecting to Consul agent: …` */
  constructor(flags: HttpFlagValues, io: CommandIo) {
    const {env} = io;
    this.#endpoint = parseAddress(flags['http-addr'] || env['CONSUL_HTTP_ADDR'] || DEFAULT_ADDRESS, wantsTls(io));
    this.#token = token(flags, io);
    this.#basicAuth = env['CONSUL_HTTP_AUTH'] ?? '';
    this.#tls = tlsOptions(flags, io);
    const namespace = flags.namespace || env['CONSUL_NAMESPACE'];
    const partition = flags.partition || env['CONSUL_PARTITION'];
    this.#scope = {
      ...(flags.datacenter ? {dc: flags.datacenter} : {}),
      ...(namespace ? {ns: namespace} : {}),
      ...(partition ? {partition} : {}),
      ...(flags.stale ? {stale: ''} : {}),
    };
  }

  /** Any answer, whatever its status. @throws ApiError when none came */
  send(method: HttpMethod, path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    return this.#exchange(method, path, request, async (incoming) => ({status: incoming.statusCode ?? 0, headers: incoming.headers, body: await readBody(incoming)}));
  }

  /** The body of an answer of status 200, as it comes. @throws ApiError with `Unexpected response code: …` for any other */
  stream(method: HttpMethod, path: string, request: ApiRequest = {}): Promise<Readable> {
    return this.#exchange(method, path, request, async (incoming) => {
      if (incoming.statusCode !== 200) throw unexpected({status: incoming.statusCode ?? 0, headers: incoming.headers, body: await readBody(incoming)});
      return incoming;
    });
  }

  async #exchange<T>(method: HttpMethod, path: string, {query = {}, repeated = {}, body, signal}: ApiRequest, read: (incoming: IncomingMessage) => Promise<T>): Promise<T> {
    const url = this.#endpoint.pathPrefix + path + queryString({...this.#scope, ...query}, repeated);
    const headers: Record<string, string> = {};
    if (this.#token !== '') headers['X-Consul-Token'] = this.#token;
    if (this.#basicAuth !== '') headers['Authorization'] = `Basic ${Buffer.from(this.#basicAuth.includes(':') ? this.#basicAuth : `${this.#basicAuth}:`).toString('base64')}`;
    if (body !== undefined) headers['Content-Length'] = String(Buffer.byteLength(body));
    const {socketPath, host, port, secure, shown} = this.#endpoint;
    const target: RequestOptions = socketPath === undefined ? {host, port} : {socketPath, host: 'localhost'};
    const options: RequestOptions = {...target, method, path: url, headers, agent: false, ...(secure ? this.#tls : {}), ...(signal !== undefined && {signal})};
    // TLS costs start-up time, so only who uses it loads it.
    const request = secure ? (await import('node:https')).request : httpRequest;
    const pending = Promise.withResolvers<T>();
    const outgoing = request(options, (incoming) => {
      read(incoming).then(pending.resolve, pending.reject);
    });
    outgoing.on('error', pending.reject);
    outgoing.end(body);
    try {
      return await pending.promise;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      const verb = method.charAt(0) + method.slice(1).toLowerCase();
      throw new ApiError(`${verb} "${shown}${url}": ${transportText(error as NodeJS.ErrnoException, this.#endpoint)}`);
    }
  }

  /** An answer of status 200. @throws ApiError with `Unexpected response code: …` for any other */
  async call(method: HttpMethod, path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const answer = await this.send(method, path, request);
    if (answer.status !== 200) throw unexpected(answer);
    return answer;
  }

  /** An answer's JSON. The shape is the caller's claim: it knows the endpoint. */
  async json<T>(method: HttpMethod, path: string, request: ApiRequest = {}): Promise<T> {
    return decodeJson<T>((await this.call(method, path, request)).body);
  }
}

/** JSON of an answer. @throws ApiError */
export function decodeJson<T>(body: Buffer): T {
  try {
    return JSON.parse(body.toString('utf8')) as T;
  } catch (error) {
    throw new ApiError(`failed to decode the answer as JSON: ${errorText(error)}`);
  }
}

/** The error for an answer that is no success. */
export function unexpected(answer: ApiAnswer): ApiError {
  return new ApiError(`Unexpected response code: ${answer.status} (${answer.body.toString('utf8').trim()})`, answer.status);
}

/** Runs requests; an ApiError ends the command with `prefix: text`, or what else is to stand between the two. */
export async function orFail<T>(prefix: string, work: Promise<T>, between = ': '): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError) throw new CommandFailure(`${prefix}${between}${error.message}`);
    throw error;
  }
}

/** A text as one segment of a path, as Go's url.PathEscape writes it. */
export function pathEscape(text: string): string {
  return encodeURIComponent(text).replace(/%(24|26|2B|3A|3D|40)/g, (escape) => decodeURIComponent(escape)).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A KV key as the path of a URL: slashes stay. */
export function keyPath(key: string): string {
  return key.split('/').map(pathEscape).join('/');
}

function queryString(query: Readonly<Record<string, string | undefined>>, repeated: Readonly<Record<string, readonly string[]>>): string {
  const escape = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+').replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const single = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const several = Object.entries(repeated).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
  const pairs = [...single, ...several].sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${escape(name)}=${escape(value)}`).join('&')}`;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function wantsTls(io: CommandIo): boolean {
  const text = io.env['CONSUL_HTTP_SSL'];
  if (text === undefined || text === '') return false;
  const parsed = tryGoBool(text);
  if (typeof parsed === 'boolean') return parsed;
  io.stderr(`[WARN]  consul-api: could not parse CONSUL_HTTP_SSL: error=${goQuote(parsed.message)}\n`);
  return false;
}

function parseAddress(text: string, tls: boolean): Endpoint {
  const scheme = /^([a-zA-Z][\w+.-]*):\/\/(.*)$/s.exec(text);
  const [kind, rest] = scheme === null ? [tls ? 'https' : 'http', text] : [scheme[1] ?? '', scheme[2] ?? ''];
  if (kind === 'unix') return {secure: false, host: 'localhost', port: 0, pathPrefix: '', socketPath: rest, shown: 'http://localhost'};
  if (kind !== 'http' && kind !== 'https') throw new CommandFailure(`Error connecting to Consul agent: Unknown protocol scheme: ${kind}`);
  const secure = tls || kind === 'https';
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const pathPrefix = slash < 0 ? '' : rest.slice(slash).replace(/\/$/, '');
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(authority) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new CommandFailure(`Error connecting to Consul agent: invalid address ${JSON.stringify(text)}: want host:port`);
  return {
    secure,
    host: host === '' ? 'localhost' : host,
    port: port === undefined ? (secure ? DEFAULT_HTTPS_PORT : DEFAULT_HTTP_PORT) : Number(port),
    pathPrefix,
    socketPath: undefined,
    shown: `${secure ? 'https' : 'http'}://${authority}`,
  };
}

function token(flags: HttpFlagValues, {env}: CommandIo): string {
  const file = flags['token-file'] || (flags.token === '' ? env['CONSUL_HTTP_TOKEN_FILE'] : undefined);
  if (file === undefined || file === '') return flags.token || (env['CONSUL_HTTP_TOKEN'] ?? '');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandFailure(`Error connecting to Consul agent: Error loading token file ${file} : ${openErrorText(error, file)}`);
  }
}

function tlsOptions(flags: HttpFlagValues, {env}: CommandIo): TlsOptions {
  const read = (path: string, what: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new CommandFailure(`Error connecting to Consul agent: Error loading ${what}: ${openErrorText(error, path)}`);
    }
  };
  const caFile = flags['ca-file'] || env['CONSUL_CACERT'];
  const caPath = flags['ca-path'] || env['CONSUL_CAPATH'];
  const cert = flags['client-cert'] || env['CONSUL_CLIENT_CERT'];
  const key = flags['client-key'] || env['CONSUL_CLIENT_KEY'];
  const servername = flags['tls-server-name'] || env['CONSUL_TLS_SERVER_NAME'];
  const verify = env['CONSUL_HTTP_SSL_VERIFY'];
  const ca = caFile ? [read(caFile, 'CA File')] : caPath ? readdirSync(caPath).sort().map((name) => read(join(caPath, name), 'CA File')) : undefined;
  return {
    ...(ca === undefined ? {} : {ca}),
    ...(cert ? {cert: read(cert, 'client cert')} : {}),
    ...(key ? {key: read(key, 'client key')} : {}),
    ...(servername ? {servername} : {}),
    ...(verify !== undefined && verify !== '' && tryGoBool(verify) !== true ? {rejectUnauthorized: false} : {}),
  };
}
