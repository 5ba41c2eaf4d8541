import {type IncomingMessage, request as httpRequest, STATUS_CODES} from 'node:http';
import {type Socket} from 'node:net';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {type Clock} from '../runtime/clock.ts';
import {joinHostPort} from '../runtime/host-port.ts';
import {type Logger} from '../runtime/logger.ts';
import {type CheckResult, type Probe} from './check-result.ts';
import {errorCode, systemErrorText} from '../runtime/system-error.ts';
import {DialError} from './dial-error.ts';
import {type Dialer} from './dialer.ts';
import {httpBodyBytesMax, httpRedirectsMax} from './limits.ts';
import {OutputTail} from './output-tail.ts';
import {type CheckTls, tlsHandshake} from './tls-dial.ts';

export interface HttpProbeOptions {
  readonly checkId: string;
  readonly url: string;
  readonly method: string;
  /** Names as they are to be sent; each value is a line of its own. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  readonly followsRedirects: boolean;
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly tls: CheckTls;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly log: Logger;
}

const userAgent = 'Consul Health Check';
const accept = 'text/plain, text/*, */*';
const lateText = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

/** Asks a URL; 2xx is passing, 429 warning, anything else critical (agent-checks.md §4.2). */
export class HttpProbe implements Probe {
  readonly #o: HttpProbeOptions;

  constructor(options: HttpProbeOptions) {
    this.#o = options;
  }

  async run(signal: AbortSignal): Promise<CheckResult> {
    const {url, method, timeoutMs, outputBytesMax, clock, log, checkId} = this.#o;
    const late = new AbortController();
    const timer = clock.setTimer(timeoutMs, () => late.abort(new DialError(lateText)));
    try {
      const response = await this.#follow(clock.nowMs() + timeoutMs, AbortSignal.any([signal, late.signal]));
      const output = new OutputTail(outputBytesMax);
      await readBody(response, output);
      const code = response.statusCode ?? 0;
      const reason = response.statusMessage || (STATUS_CODES[code] ?? '');
      const text = `HTTP ${method} ${url}: ${code} ${reason} Output: ${output.tail()}`;
      return {status: code >= 200 && code <= 299 ? 'passing' : code === 429 ? 'warning' : 'critical', output: text};
    } catch (error) {
      signal.throwIfAborted();
      const why = late.signal.aborted ? lateText : error instanceof DialError ? error.message : systemErrorText(error);
      log.warn('Check HTTP request failed', {check: checkId, error: why});
      return {status: 'critical', output: error instanceof BadUrl ? error.message : `${goMethod(method)} ${JSON.stringify(url)}: ${why}`};
    } finally {
      timer.cancel();
    }
  }

  /** The answer at the end of the redirects. */
  async #follow(deadlineMs: number, signal: AbortSignal): Promise<IncomingMessage> {
    let target = parsed(this.#o.url);
    let referer: string | undefined;
    let {method, body} = this.#o;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#ask(target, method, body, referer, deadlineMs, signal);
      const location = response.headers.location;
      const code = response.statusCode ?? 0;
      if (!this.#o.followsRedirects || location === undefined || ![301, 302, 303, 307, 308].includes(code)) return response;
      response.destroy();
      if (redirects === httpRedirectsMax) throw new DialError(`stopped after ${httpRedirectsMax} redirects`);
      referer = target.href;
      target = parsed(location, target);
      if (code === 303 || ((code === 301 || code === 302) && method !== 'GET' && method !== 'HEAD')) {
        method = method === 'HEAD' ? 'HEAD' : 'GET';
        body = '';
      }
    }
  }

  async #ask(target: URL, method: string, body: string, referer: string | undefined, deadlineMs: number, signal: AbortSignal): Promise<IncomingMessage> {
    const {dialer, tls, clock} = this.#o;
    const isTls = target.protocol === 'https:';
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const port = target.port === '' ? (isTls ? 443 : 80) : Number(target.port);
    const plain = await dialer.connect(joinHostPort(host, port), deadlineMs, signal);
    const ends = endsOf(plain);
    const socket = isTls ? await tlsHandshake(plain, host, tls, ['http/1.1'], deadlineMs, clock, signal) : plain;
    return await new Promise((resolve, reject) => {
      const request = httpRequest({
        method,
        path: `${target.pathname}${target.search}`,
        headers: this.#headers(target, body, referer),
        // Without an agent, which would make connections of its own.
        createConnection: () => socket,
        signal,
      });
      request.once('response', resolve);
      request.once('error', (error) => reject(signal.aborted && signal.reason instanceof Error ? signal.reason : exchangeError(error, ends)));
      request.end(body);
    });
  }

  /** As a flat list: names keep their letters, values their number. */
  #headers(target: URL, body: string, referer: string | undefined): string[] {
    const own = this.#o.headers;
    const said = new Set([...own.keys()].map((name) => name.toLowerCase()));
    const headers: string[] = [];
    if (!said.has('host')) headers.push('Host', target.host);
    if (!said.has('user-agent')) headers.push('User-Agent', userAgent);
    if (!said.has('accept')) headers.push('Accept', accept);
    for (const [name, values] of own) for (const value of values) headers.push(name, value);
    if (!said.has('accept-encoding')) headers.push('Accept-Encoding', 'gzip');
    if (referer !== undefined) headers.push('Referer', referer);
    if (body !== '') headers.push('Content-Length', String(Buffer.byteLength(body)));
    headers.push('Connection', 'close');
    return headers;
  }
}

/** `10.0.0.1:40000->10.0.0.2:80`; a closed socket does not know them any more. */
function endsOf({localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0}: Socket): string {
  return `${joinHostPort(localAddress, localPort)}->${joinHostPort(remoteAddress, remotePort)}`;
}

/** A connection that ended before the answer, in Go's words. */
function exchangeError(error: Error, ends: string): Error {
  if (errorCode(error) !== 'ECONNRESET') return error;
  if (error.message === 'socket hang up') return new DialError('EOF');
  return new DialError(`read tcp ${ends}: read: ${systemErrorText(error)}`);
}

/** A URL that cannot be asked at all. */
class BadUrl extends Error {}

function parsed(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (url === null) throw new BadUrl(`parse ${JSON.stringify(text)}: invalid URL`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new DialError(`unsupported protocol scheme ${JSON.stringify(url.protocol.slice(0, -1))}`);
  return url;
}

async function readBody(response: IncomingMessage, output: OutputTail): Promise<void> {
  let bytes = 0;
  const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      output.write(chunk);
      bytes += chunk.length;
      if (bytes > httpBodyBytesMax) return;
    }
  };
  if (response.headers['content-encoding'] === 'gzip') await pipeline(response, createGunzip(), sink);
  else await pipeline(response, sink);
}

/** `GET` as Go's errors have it: `Get`. */
function goMethod(method: string): string {
  return method.slice(0, 1).toUpperCase() + method.slice(1).toLowerCase();
}
