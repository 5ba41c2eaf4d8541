import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {type Socket} from 'node:net';
import {type SecureContextOptions} from 'node:tls';
import fastify, {type FastifyInstance} from 'fastify';
import {type Dispatcher} from './dispatcher.ts';
import {type HotAnswers} from './hot-answers.ts';
import {headersTimeoutMs, keepAliveTimeoutMs} from './limits.ts';
import {cleanPath, hasUnprintable} from './path-clean.ts';
import {type Route} from './route.ts';

/** How one listener of the API is made. */
export interface HttpServerOptions {
  readonly routes: readonly Route[];
  readonly dispatcher: Dispatcher;
  readonly hot: HotAnswers;
  readonly tls?: SecureContextOptions & {requestCert?: boolean; rejectUnauthorized?: boolean};
  readonly maxConnectionsPerClient: number;
  readonly maxHeaderBytes: number;
  readonly unprintableFilter: boolean;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

const tooManyConnections =
  'HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: 81\r\nConnection: close\r\n\r\n' +
  'Your IP is issuing too many concurrent connections, please rate limit your calls\n';

/**
 * One HTTP listener: fastify, told to behave as Consul does (no automatic HEAD, no body parsing, no JSON errors), with
 * the hot answers in front of it.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const app = fastify({
    serverFactory: (handler) => listener(options, handler),
    exposeHeadRoutes: false,
    routerOptions: {maxParamLength: 1 << 16, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false},
    bodyLimit: Number.MAX_SAFE_INTEGER,
    forceCloseConnections: true,
    logger: false,
    rewriteUrl: routableUrl,
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
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    notFound(request.raw, reply.raw, options.responseHeaders);
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
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const {hot, unprintableFilter} = options;
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
    const target = clean === path ? slashRedirect(options.routes, path) : clean;
    if (target !== undefined && request.method !== 'CONNECT') {
      redirect(request, response, target + (end < 0 ? '' : url.slice(end)));
      return;
    }
    handler(request, response);
  };
  const settings = {
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
    noDelay: true,
  };
  const server = options.tls ? createTlsServer({...settings, ...options.tls}, onRequest) : createServer(settings, onRequest);
  limitConnections(server, options.maxConnectionsPerClient);
  return server;
}

/** A prefix route asked for without its slash redirects to the slash form, unless the bare path is a route too. */
function slashRedirect(routes: readonly Route[], path: string): string | undefined {
  if (path.endsWith('/')) return undefined;
  const withSlash = `${path}/`;
  return routes.some((route) => route.path === withSlash) && !routes.some((route) => route.path === path)
    ? withSlash
    : undefined;
}

/** Go's redirect: 301, the Location escaped once more, a small page for GET (http-core.md §1.1). */
function redirect(request: IncomingMessage, response: ServerResponse, to: string): void {
  const location = to.replace(/%(?=[^?]*(?:\?|$))/g, '%25');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const headers: Record<string, string> = {Location: location};
  if (isRead) headers['Content-Type'] = 'text/html; charset=utf-8';
  const body = request.method === 'GET' ? `<a href="${htmlEscape(location)}">Moved Permanently</a>.\n\n` : '';
  response.writeHead(301, {...headers, 'Content-Length': String(Buffer.byteLength(body))}).end(body);
}

function htmlEscape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`.replace('&#38;', '&amp;').replace('&#60;', '&lt;').replace('&#62;', '&gt;'));
}

function notFound(request: IncomingMessage, response: ServerResponse, extra: Readonly<Record<string, string>>): void {
  const text = (request.url ?? '').includes('/v1/')
    ? 'Invalid URL path: not a recognized HTTP API endpoint\n'
    : "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n";
  response
    .writeHead(404, {...extra, 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': String(Buffer.byteLength(text))})
    .end(text);
}

/** Counts the connections of each client address; one too many is told so and closed without reading its request. */
function limitConnections(server: Server, max: number): void {
  const counts = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (address === '' || max <= 0) return;
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left === 0) counts.delete(address);
      else counts.set(address, left);
    });
    if (count > max) socket.end(tooManyConnections);
  });
}
