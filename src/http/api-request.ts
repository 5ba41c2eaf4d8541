import {type IncomingMessage} from 'node:http';
import {type Socket} from 'node:net';
import {ConsulError} from '../consul-error.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {GoQuery, percentDecode} from './go-query.ts';

/** One signal a connection: its requests follow each other, and each that waits would leave a listener behind. */
const goneBySocket = new WeakMap<Socket, AbortController>();

/** Text that stands for itself: no percent sequence, and a byte a character. */
function isPlainText(text: string): boolean {
  return !/[^\x00-\x24\x26-\x7f]/.test(text);
}

/** What a route sees of a request. */
export class ApiRequest {
  readonly raw: IncomingMessage;
  readonly method: string;
  /** The path as it was sent, still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly query: GoQuery;
  /** `pretty` was asked for, or the agent always indents. */
  readonly pretty: boolean;
  readonly #prefix: string;
  readonly #prettyAsked: boolean;

  /** @param prefix the pattern the path matched; what follows it is the suffix */
  constructor(raw: IncomingMessage, rawPath: string, query: GoQuery, prefix: string, alwaysPretty: boolean) {
    this.raw = raw;
    this.method = raw.method ?? 'GET';
    this.rawPath = rawPath;
    this.query = query;
    this.#prettyAsked = query.has('pretty');
    this.pretty = alwaysPretty || this.#prettyAsked;
    this.#prefix = prefix;
  }

  /** What follows the route's prefix, decoded, one character a byte: KV keys may hold any bytes. */
  get suffixBytes(): ByteString {
    return this.#suffix('latin1');
  }

  /** What follows the route's prefix, decoded, as text. */
  get suffix(): string {
    return this.#suffix('utf8');
  }

  #suffix(encoding: 'latin1' | 'utf8'): string {
    const suffix = this.rawPath.slice(this.#prefix.length);
    return isPlainText(suffix) ? suffix : percentDecode(suffix).toString(encoding);
  }

  /** What a JSON body ends with: a newline only when `?pretty` was asked for (http-core.md §2). */
  get jsonEnd(): string {
    return this.#prettyAsked ? '\n' : '';
  }

  /** Nothing in the request says how it is to be answered: no query, no `Cache-Control`. */
  get isPlain(): boolean {
    return this.query === GoQuery.empty && this.raw.headers['cache-control'] === undefined;
  }

  header(name: string): string | undefined {
    const value = this.raw.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** Bytes announced by Content-Length; undefined when the body is chunked or absent. */
  get contentLength(): number | undefined {
    const text = this.raw.headers['content-length'];
    return text === undefined ? undefined : Number(text);
  }

  get remoteAddress(): string {
    return this.raw.socket.remoteAddress ?? '';
  }

  /** The ACL secret: `?token=`, then X-Consul-Token, then a bearer token (http-core.md §1.6). Empty when none was sent. */
  get token(): string {
    const fromQuery = this.query.get('token');
    if (fromQuery !== '') return fromQuery;
    const fromHeader = this.header('x-consul-token');
    if (fromHeader !== undefined && fromHeader !== '') return fromHeader;
    const [scheme, value] = (this.header('authorization') ?? '').trim().split(/ +/);
    return scheme?.toLowerCase() === 'bearer' ? (value ?? '') : '';
  }

  /** Aborted when the client goes away before its answer is sent. */
  get signal(): AbortSignal {
    const {socket} = this.raw;
    let gone = goneBySocket.get(socket);
    if (gone === undefined) {
      const made = new AbortController();
      socket.once('close', () => made.abort());
      goneBySocket.set(socket, (gone = made));
    }
    return gone.signal;
  }

  /**
   * The whole body.
   * @throws ConsulError 413 beyond `maxBytes`
   */
  async body(maxBytes: number, tooLarge?: (bytes: number) => ConsulError): Promise<Buffer> {
    const refuse = tooLarge ?? (() => new ConsulError(`Request body too large, max size: ${maxBytes} bytes.`, 413));
    if ((this.contentLength ?? 0) > maxBytes) throw refuse(this.contentLength ?? 0);
    return await new Promise<Buffer>((resolve, reject) => {
      let bytes = 0;
      const chunks: Buffer[] = [];
      this.raw
        .on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxBytes) {
            this.raw.pause();
            reject(refuse(bytes));
          } else {
            chunks.push(chunk);
          }
        })
        .on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
        // The client went away before its end.
        .on('error', () => reject(new ConsulError('unexpected EOF', 400)));
    });
  }
}
