import {Agent, request} from 'node:http';

export interface SoakReply {
  readonly status: number;
  readonly text: string;
}

/** Calls one agent's HTTP API over kept connections. */
export class SoakClient {
  readonly #host: string;
  readonly #agent = new Agent({keepAlive: true, maxSockets: 1000});

  constructor(host: string) {
    this.#host = host;
  }

  /** @throws Error when no answer came within `timeoutMs` */
  call(method: string, path: string, body?: string, timeoutMs = 15_000): Promise<SoakReply> {
    return new Promise((resolve, reject) => {
      const call = request({host: this.#host, port: 8500, method, path, agent: this.#agent, timeout: timeoutMs}, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
        answer.on('error', reject);
        answer.on('end', () => resolve({status: answer.statusCode ?? 0, text}));
      });
      call.on('timeout', () => call.destroy(new Error('no answer in time')));
      call.on('error', reject);
      call.end(body);
    });
  }

  /** The parsed answer of a GET; undefined when there was none that is a success. */
  async json(path: string): Promise<unknown> {
    try {
      const {status, text} = await this.call('GET', path, undefined, 5000);
      return status === 200 ? JSON.parse(text) : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) throw error;
      return undefined;
    }
  }

  /** The address this agent has for the leader, without its port; undefined when it knows none. */
  async leaderHost(): Promise<string | undefined> {
    const leader = await this.json('/v1/status/leader');
    return typeof leader === 'string' && leader !== '' ? leader.slice(0, leader.lastIndexOf(':')) : undefined;
  }

  /** How far this server's Raft is. */
  async raftStats(): Promise<{readonly applied: number; readonly term: number} | undefined> {
    const self = (await this.json('/v1/agent/self')) as {Stats?: {raft?: Record<string, string>}} | undefined;
    const raft = self?.Stats?.raft;
    return raft === undefined ? undefined : {applied: Number(raft['applied_index']), term: Number(raft['term'])};
  }

  close(): void {
    this.#agent.destroy();
  }
}
