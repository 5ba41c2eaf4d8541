import {Agent, request} from 'node:http';

export interface ApiReply {
  readonly status: number;
  readonly index: number;
  readonly body: string;
}

const MAX_SOCKETS = 20_000;

/** Calls one agent's HTTP API over kept connections. */
export class ApiCaller {
  readonly #agent = new Agent({keepAlive: true, maxSockets: MAX_SOCKETS});
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a request (a body that is no string goes as JSON) and reads the whole answer. */
  call(method: string, path: string, body?: unknown): Promise<ApiReply> {
    return new Promise((resolve, reject) => {
      const call = request({host: '127.0.0.1', port: this.#port, method, path, agent: this.#agent}, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
        answer.on('error', reject);
        answer.on('end', () => resolve({status: answer.statusCode ?? 0, index: Number(answer.headers['x-consul-index'] ?? 0), body: text}));
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  /** PUTs and throws unless the answer is 200. */
  async put(path: string, body: unknown): Promise<void> {
    const {status, body: text} = await this.call('PUT', path, body);
    if (status !== 200) throw new Error(`PUT ${path}: ${status} ${text}`);
  }

  /** Does `count` pieces of work, `width` of them at a time. */
  async spread(count: number, width: number, work: (i: number) => Promise<void>): Promise<void> {
    let next = 0;
    await Promise.all(Array.from({length: width}, async () => {
      while (next < count) await work(next++);
    }));
  }

  close(): void {
    this.#agent.destroy();
  }
}
