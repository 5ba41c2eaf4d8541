import {type IncomingMessage, type ServerResponse} from 'node:http';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {promisify} from 'node:util';
import {createGzip, gzip} from 'node:zlib';
import {type Answer, textAnswer} from './answer.ts';
import {ApiRequest} from './api-request.ts';
import {canonicalHeaders} from './canonical-header.ts';
import {answerOfError} from './error-answer.ts';
import {GoQuery} from './go-query.ts';
import {type HotAnswers} from './hot-answers.ts';
import {type Meter, type MetricSink, noMetrics} from '../runtime/metrics.ts';
import {gzipThresholdBytes} from './limits.ts';
import {type NetworkList} from './network-list.ts';
import {type HttpMethod, type Route} from './route.ts';

const gzipAsync = promisify(gzip);

/** What the dispatcher needs to know of the agent's configuration. */
export interface DispatchOptions {
  readonly defaultAclPolicy: 'allow' | 'deny';
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly translateWanAddresses: boolean;
  /** Path prefixes that are refused. */
  readonly blockEndpoints: readonly string[];
  /** From where anything but GET, HEAD and OPTIONS is taken; undefined: from everywhere. */
  readonly allowWriteFrom: NetworkList | undefined;
  /** A dev agent indents every JSON answer. */
  readonly alwaysPretty: boolean;
  /** How long requests take, by route and method. */
  readonly metrics?: MetricSink;
  readonly log: {
    /** Whether `request` does anything: its line is not made for nobody. */
    readonly showsRequests: boolean;
    request(method: string, url: string, from: string, latencyMs: number): void;
    failed(method: string, url: string, from: string, error: unknown): void;
  };
}

/** Brings a request of a known path to its route and the answer to the client: the order of http-core.md §1.2. */
export class Dispatcher {
  readonly #options: DispatchOptions;
  readonly #hot: HotAnswers;
  readonly #fixedHeaders: readonly string[];
  readonly #times = new Map<Route, Map<string, Meter>>();

  constructor(options: DispatchOptions, hot: HotAnswers) {
    this.#options = options;
    this.#hot = hot;
    this.#fixedHeaders = [
      'Vary',
      'Accept-Encoding',
      'X-Consul-Default-Acl-Policy',
      options.defaultAclPolicy,
      ...(options.translateWanAddresses ? ['X-Consul-Translate-Addresses', 'true'] : []),
      ...Object.entries(canonicalHeaders(options.responseHeaders)).flat(),
    ];
  }

  /** Answers one request. Never rejects: what goes wrong is answered, and logged where it is our fault. */
  async dispatch(route: Route, raw: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const url = raw.url ?? '/';
    const questionMark = url.indexOf('?');
    const rawPath = questionMark < 0 ? url : url.slice(0, questionMark);
    const query = GoQuery.parse(questionMark < 0 ? '' : url.slice(questionMark + 1));
    if (query === undefined) {
      await this.#send(raw, response, textAnswer(500, ''));
      return;
    }
    const prefix = route.path.endsWith('/') ? route.path : '';
    const request = new ApiRequest(raw, rawPath, query, prefix, this.#options.alwaysPretty);
    let answer: Answer;
    try {
      answer = await this.#answer(route, request);
    } catch (error) {
      answer = answerOfError(error);
      this.#options.log.failed(request.method, withoutToken(url), from(raw), error);
    }
    const times = this.#timesOf(route, request.method);
    await this.#send(raw, response, answer, times);
    const {log} = this.#options;
    const latencyMs = performance.now() - startedMs;
    times.add(latencyMs);
    if (log.showsRequests) log.request(request.method, withoutToken(url), from(raw), latencyMs);
  }

  /** Consul names a route by its path: `v1_kv_`. What no client should send is not told apart, so that the list stays short. */
  #timesOf(route: Route, method: string): Meter {
    let times = this.#times.get(route);
    if (times === undefined) this.#times.set(route, (times = new Map<string, Meter>()));
    const known = times.get(method);
    if (known !== undefined) return known;
    const {path} = route;
    const labels = {method: /^(GET|HEAD|PUT|POST|DELETE|OPTIONS|PATCH)$/.test(method) ? method : 'other', path: path.replace(/^\//, '').replaceAll('/', '_')};
    const made = (this.#options.metrics ?? noMetrics).sampler('api.http', labels);
    if (labels.method === method) times.set(method, made);
    return made;
  }

  #answer(route: Route, request: ApiRequest): Promise<Answer> | Answer {
    const {blockEndpoints, allowWriteFrom} = this.#options;
    for (const blocked of blockEndpoints) {
      if (request.rawPath.startsWith(blocked)) return textAnswer(403, 'Endpoint is blocked by agent configuration');
    }
    if (route.ownMethods !== undefined) return route.ownMethods(request);
    const allow = ['OPTIONS', ...Object.keys(route.methods)].join(',');
    if (request.method === 'OPTIONS') return {status: 200, body: '', headers: [['Allow', allow]]};
    const handler = route.methods[request.method as HttpMethod];
    if (handler === undefined) {
      return {...textAnswer(405, `method ${request.method} not allowed`), headers: [['Allow', allow]]};
    }
    if (allowWriteFrom !== undefined && request.method !== 'GET' && !allowWriteFrom.has(request.remoteAddress)) {
      return textAnswer(403, 'Access is restricted');
    }
    return handler(request);
  }

  async #send(raw: IncomingMessage, response: ServerResponse, answer: Answer, times?: Meter): Promise<void> {
    const headers = [...this.#fixedHeaders];
    if (answer.headers !== undefined) for (const [name, value] of answer.headers) headers.push(name, value);
    const contentType = contentTypeOf(answer, raw);
    if (contentType !== null) headers.push('Content-Type', contentType);
    if (answer.status === 413) headers.push('Connection', 'close');
    if (answer.body instanceof Readable) {
      const packed = answer.compressible === true && acceptsGzip(raw);
      if (packed) headers.push('Content-Encoding', 'gzip');
      response.writeHead(answer.status, headers);
      // A stream may have nothing to say for long; its reader shall know that it began.
      response.flushHeaders();
      const sent = packed ? pipeline(answer.body, createGzip(), response) : pipeline(answer.body, response);
      await sent.catch((error: unknown) => {
        // Who follows a stream ends it by going away.
        if (raw.socket.destroyed) return;
        this.#options.log.failed(raw.method ?? '', withoutToken(raw.url ?? ''), from(raw), error);
      });
      return;
    }
    if (typeof answer.body === 'string' && answer.source === undefined) {
      const bytes = Buffer.byteLength(answer.body);
      if (bytes < gzipThresholdBytes || !acceptsGzip(raw)) {
        if (response.destroyed) return;
        headers.push('Content-Length', String(bytes));
        response.writeHead(answer.status, headers);
        // A text goes out in one write with the head.
        response.end(answer.body);
        return;
      }
    }
    let body = typeof answer.body === 'string' ? Buffer.from(answer.body, 'utf8') : answer.body;
    if (body.length >= gzipThresholdBytes && acceptsGzip(raw)) {
      headers.push('Content-Encoding', 'gzip');
      body = await (answer.gzipped?.() ?? gzipAsync(body));
    } else if (answer.source !== undefined && !answer.source.fired && answer.status === 200) {
      headers.push('Content-Length', String(body.length));
      this.#hot.keep(raw, {source: answer.source, status: answer.status, headers, body, ...(times !== undefined && {times})});
      response.writeHead(answer.status, headers);
      response.end(body);
      return;
    }
    if (response.destroyed) return;
    headers.push('Content-Length', String(body.length));
    response.writeHead(answer.status, headers);
    response.end(body);
  }
}

/** http-core.md §1.4: an empty 200 on GET and DELETE echoes the request's Content-Type. */
function contentTypeOf(answer: Answer, raw: IncomingMessage): string | null {
  if (answer.contentType !== undefined) return answer.contentType;
  const echoes = raw.method === 'GET' || raw.method === 'DELETE';
  return (echoes ? raw.headers['content-type'] : undefined) ?? 'application/json';
}

function acceptsGzip(raw: IncomingMessage): boolean {
  const accept = raw.headers['accept-encoding'];
  return typeof accept === 'string' && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(accept);
}

function from(raw: IncomingMessage): string {
  return `${raw.socket.remoteAddress ?? ''}:${raw.socket.remotePort ?? ''}`;
}

function withoutToken(url: string): string {
  return url.replace(/([?&]token=)[^&]*/g, '$1<hidden>');
}
