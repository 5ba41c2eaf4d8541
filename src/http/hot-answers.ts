import {type IncomingMessage, type ServerResponse} from 'node:http';
import {type Meter} from '../runtime/metrics.ts';
import {type AnswerSource} from './answer.ts';
import {hotAnswerBytesMax, hotAnswersMax} from './limits.ts';

interface HotAnswer {
  readonly source: AnswerSource;
  readonly status: number;
  /** Name, value, name, value … as `writeHead` takes them. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** How long its requests take. */
  readonly times?: Meter;
}

/** Open while this process may answer default reads from its own state, that is, while it leads. */
export interface HotGate {
  readonly open: boolean;
}

/**
 * GET answers that depend on the request line alone and whose source has not changed since they were computed:
 * found by the raw URL and written as they are, before any routing. What makes a request special (a token, gzip,
 * a namespace, a cache directive) makes it miss, so it takes the ordinary way.
 */
export class HotAnswers {
  readonly #answers = new Map<string, HotAnswer>();
  readonly #gate: HotGate;

  constructor(gate: HotGate) {
    this.#gate = gate;
  }

  /** Answers the request if it can. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET') return false;
    const url = request.url ?? '';
    const answer = this.#answers.get(url);
    if (answer === undefined || !this.#gate.open || isSpecial(request.rawHeaders)) return false;
    if (answer.source.fired) {
      this.#drop(url, answer);
      return false;
    }
    const startedMs = performance.now();
    // Node takes a flat list of names and values; its types ask for a mutable array.
    response.writeHead(answer.status, answer.headers as string[]);
    response.end(answer.body);
    answer.times?.add(performance.now() - startedMs);
    return true;
  }

  /** Keeps an answer for the requests with the same URL, if `request` is an ordinary one. */
  keep(request: IncomingMessage, answer: HotAnswer): void {
    const url = request.url ?? '';
    if (answer.body.length > hotAnswerBytesMax || isSpecial(request.rawHeaders)) return;
    const before = this.#answers.get(url);
    if (before !== undefined) this.#drop(url, before);
    else if (this.#answers.size >= hotAnswersMax) this.#evict();
    answer.source.retain();
    this.#answers.set(url, answer);
  }

  clear(): void {
    for (const [url, answer] of this.#answers) this.#drop(url, answer);
  }

  #drop(url: string, answer: HotAnswer): void {
    this.#answers.delete(url);
    answer.source.release();
  }

  /** Drops the stale ones; when all are fresh, the oldest quarter. */
  #evict(): void {
    for (const [url, answer] of this.#answers) if (answer.source.fired) this.#drop(url, answer);
    let surplus = this.#answers.size - (hotAnswersMax * 3) / 4;
    for (const [url, answer] of this.#answers) {
      if (surplus-- <= 0) break;
      this.#drop(url, answer);
    }
  }
}

/** True when a header may change the answer. Looks at the few headers a plain client sends, without allocating. */
function isSpecial(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    switch (name.length) {
      case 4: // Host
      case 6: // Accept
        break;
      case 10: // Connection, User-Agent
        break;
      case 15: // Accept-Encoding, Accept-Language
        if (/^accept-encoding$/i.test(name) && /gzip/i.test(rawHeaders[i + 1] ?? '')) return true;
        break;
      default:
        if (!harmless.has(name.toLowerCase())) return true;
    }
  }
  return false;
}

const harmless = new Set(['content-type', 'content-length', 'cookie', 'referer', 'traceparent', 'origin', 'x-request-id', 'x-forwarded-for']);
