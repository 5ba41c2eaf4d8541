import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import fastify, {type FastifyInstance} from 'fastify';
import {canonicalHeaders} from './canonical-header.ts';
import {type Dispatcher} from './dispatcher.ts';
import {type HotAnswers} from './hot-answers.ts';
import {headersTimeoutMs, keepAliveTimeoutMs} from './limits.ts';
import {cleanPath, hasUnprintable} from './path-clean.ts';
import {redirect} from './redirect.ts';
import {type HttpMethod, type Route} from './route.ts';
import {RouteTable} from './route-table.ts';
import {type UiPages} from './ui-pages.ts';

/** How one listener of the API is made. */
export interface HttpServerOptions {
  readonly routes: readonly Route[];
  /** Pages beside the API. */
  readonly ui?: UiPages;
  readonly dispatcher: Dispatcher;
  readonly hot: HotAnswers;
  readonly maxHeaderBytes: number;
  readonly unprintableFilter: boolean;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/** The methods of requests that need nothing of fastify. */
const plainMethods: ReadonlySet<string> = new Set<HttpMethod>(['GET', 'PUT', 'POST', 'DELETE']);

/**
 * The API and its pages: fastify, told to behave as Consul does (no automatic HEAD, no body parsing, no JSON errors). In
 * front of it are the hot answers, and the way of ordinary requests: a fifth of what a write costs here was spent on
 * hooks and parsers that no route has.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const gate = {isClosing: false};
  const app = fastify({
    serverFactory: (handler) => listener(options, gate, handler),
    exposeHeadRoutes: false,
    routerOptions: {maxParamLength: 1 << 16, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false},
    bodyLimit: Number.MAX_SAFE_INTEGER,
    forceCloseConnections: true,
    logger: false,
    rewriteUrl: routableUrl,
  });
  app.addHook('preClose', (done) => {
    gate.isClosing = true;
    done();
  });
  app.removeAllContentTypeParsers();
  // Routes read the raw request: what a body means is theirs to say, whatever its Content-Type claims.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const route of options.routes) {
    app.all(route.path.endsWith('/') ? `${route.path}*` : route.path, (request, reply) => {
      reply.hijack();
      request.raw.url = request.originalUrl;
      void options.dispatcher.dispatch(route, request.raw, reply.raw);
    });
  }
  for (const path of options.ui?.paths ?? []) {
    app.all(path.length > 1 && path.endsWith('/') ? `${path}*` : path, (request, reply) => {
      reply.hijack();
      request.raw.url = request.originalUrl;
      void options.ui?.serve(request.raw, reply.raw);
    });
  }
  const extra = canonicalHeaders(options.responseHeaders);
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    if (options.ui?.isAtRoot === true && !request.originalUrl.startsWith('/v1/')) void options.ui.serve(request.raw, reply.raw);
    else notFound(request.raw, reply.raw, extra);
  });
  return app;
}

/** fastify's router refuses percent sequences that are no UTF-8; KV keys may hold them. It gets to see them escaped. */
function routableUrl(request: {url?: string | undefined}): string {
  const url = request.url ?? '/';
  return /%[89a-fA-F]/.test(url) ? url.replaceAll('%', '%25') : url;
}

function listener(
  options: HttpServerOptions,
  gate: {readonly isClosing: boolean},
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const {hot, unprintableFilter, dispatcher} = options;
  const routes = new RouteTable(options.routes, options.ui?.paths ?? []);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (hot.serve(request, response)) return;
    const url = request.url ?? '/';
    const end = url.indexOf('?');
    const path = end < 0 ? url : url.slice(0, end);
    if (unprintableFilter && hasUnprintable(path)) {
      response.writeHead(400, {'Content-Length': '0'}).end();
      return;
    }
    const clean = cleanPath(path);
    const leaf = routes.leaf(path);
    const target = clean !== path ? clean : leaf === undefined && routes.lacksSlash(path) ? `${path}/` : undefined;
    if (target !== undefined && request.method !== 'CONNECT') {
      redirect(request, response, escapedOnceMore(target + (end < 0 ? '' : url.slice(end))));
      return;
    }
    // fastify knows what to say to a path with a bad percent sequence, and to a request that comes while it closes.
    const route = plainMethods.has(request.method ?? '') && !path.includes('%') && !gate.isClosing ? (leaf ?? routes.find(path)) : undefined;
    if (route !== undefined) void dispatcher.dispatch(route, request, response);
    else handler(request, response);
  };
  const settings = {
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
    noDelay: true,
  };
  return createServer(settings, onRequest);
}

/** Go's router escapes the path in its Location again (http-core.md §1.1). */
function escapedOnceMore(location: string): string {
  return location.replace(/%(?=[^?]*(?:\?|$))/g, '%25');
}

function notFound(request: IncomingMessage, response: ServerResponse, extra: Readonly<Record<string, string>>): void {
  const text = (request.url ?? '').includes('/v1/')
    ? 'Invalid URL path: not a recognized HTTP API endpoint\n'
    : "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n";
  response
    .writeHead(404, {...extra, 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': String(Buffer.byteLength(text))})
    .end(text);
}
