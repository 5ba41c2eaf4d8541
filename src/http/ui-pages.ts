import {readFile, stat} from 'node:fs/promises';
import {type IncomingMessage, type ServerResponse} from 'node:http';
import {basename, extname, join, posix} from 'node:path';
import {byteRange} from './byte-range.ts';
import {canonicalHeaders} from './canonical-header.ts';
import {percentDecode} from './go-query.ts';
import {htmlEscape, redirect} from './redirect.ts';

export interface UiPagesOptions {
  readonly enabled: boolean;
  /** Holds `index.html` and what it asks for. */
  readonly folder: string;
  /** Where the pages are: begins and ends with a slash. */
  readonly contentPath: string;
  /** What `{{.Name}}` stands for in `index.html`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly failed: (method: string, url: string, from: string, error: unknown) => void;
}

const disabledText = 'Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent configuration and restart.';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/**
 * The web UI: `/`, which leads to it, `/robots.txt`, and the files below the content path, where whatever is no file is
 * the app's own address and gets `index.html` (http-core.md §1.1). Any method will do, as in Consul.
 */
export class UiPages {
  /** Paths that lead here, in the form of a route's: one that ends in `/` stands for all below it, but `/` for itself. */
  readonly paths: readonly string[];
  readonly #options: UiPagesOptions;
  readonly #extra: Readonly<Record<string, string>>;

  constructor(options: UiPagesOptions) {
    this.#options = options;
    this.#extra = canonicalHeaders(options.responseHeaders);
    this.paths = options.enabled ? [...new Set(['/', '/robots.txt', options.contentPath])] : ['/'];
  }

  /** Everything outside the API belongs to the UI. */
  get isAtRoot(): boolean {
    return this.#options.enabled && this.#options.contentPath === '/';
  }

  /** Answers a request of one of the paths. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {enabled, contentPath, failed} = this.#options;
    const url = request.url ?? '/';
    const path = percentDecode(url.split('?', 1)[0] ?? '/').toString('utf8');
    try {
      if (!enabled) this.#sendText(response, 200, disabledText);
      else if (path === '/' && contentPath !== '/') redirect(request, response, contentPath, this.#extra);
      else await this.#sendFile(request, response, path === '/robots.txt' ? path : `/${path.slice(contentPath.length)}`);
    } catch (error) {
      failed(request.method ?? '', url, request.socket.remoteAddress ?? '', error);
      if (!response.headersSent) this.#sendText(response, 500, 'The web UI cannot be read');
    }
  }

  async #sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const {folder} = this.#options;
    // Made absolute first, no path leads out of the folder, whatever dots came encoded.
    const clean = posix.normalize(path);
    if (clean.endsWith('/index.html')) {
      response.writeHead(301, {...this.#extra, Location: './', 'Content-Length': '0'}).end();
      return;
    }
    const file = join(folder, clean);
    const kind = await kindOf(file);
    if (kind === 'folder' && !clean.endsWith('/')) {
      response.writeHead(301, {...this.#extra, Location: `${basename(clean)}/`, 'Content-Length': '0'}).end();
    } else if (kind === 'file') {
      sendPart(request, response, {...this.#extra, 'Content-Type': contentTypes[extname(clean).toLowerCase()] ?? 'application/octet-stream'}, await readFile(file));
    } else {
      await this.#sendIndex(request, response);
    }
  }

  async #sendIndex(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {folder, variables} = this.#options;
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    const filled = page.replace(/\{\{\.(\w+)\}\}/g, (whole, name: string) => (Object.hasOwn(variables, name) ? htmlEscape(variables[name] ?? '') : whole));
    sendPart(request, response, {...this.#extra, 'Content-Type': 'text/html; charset=utf-8'}, Buffer.from(filled));
  }

  #sendText(response: ServerResponse, status: number, text: string): void {
    const headers = {'Content-Type': 'text/plain; charset=utf-8', ...this.#extra, 'Content-Length': String(Buffer.byteLength(text))};
    response.writeHead(status, headers).end(text);
  }
}

/** Sends the part of a body that was asked for, which mostly is the whole. */
function sendPart(request: IncomingMessage, response: ServerResponse, headers: Readonly<Record<string, string>>, body: Buffer): void {
  const range = byteRange(request.headers.range, body.length);
  if (typeof range === 'string') {
    const text = `${range}\n`;
    const of = range === 'invalid range' ? {} : {'Content-Range': `bytes */${body.length}`};
    const refused = {...headers, ...of, 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff'};
    response.writeHead(416, {...refused, 'Content-Length': String(text.length)}).end(text);
    return;
  }
  const part = range === undefined ? body : body.subarray(range.first, range.last + 1);
  const of = range === undefined ? {} : {'Content-Range': `bytes ${range.first}-${range.last}/${body.length}`};
  response.writeHead(range === undefined ? 200 : 206, {...headers, ...of, 'Accept-Ranges': 'bytes', 'Content-Length': String(part.length)}).end(part);
}

/** @throws what keeps a path from being looked at, but for its not being there */
async function kindOf(file: string): Promise<'file' | 'folder' | 'none'> {
  if (file.includes('\0')) return 'none';
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(error.code ?? '')) return undefined;
    throw error;
  });
  if (found?.isFile() === true) return 'file';
  return found?.isDirectory() === true ? 'folder' : 'none';
}
