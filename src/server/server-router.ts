import {ConsulError} from '../consul-error.ts';
import {type Endpoint} from '../rpc/endpoint.ts';
import {type Method} from '../rpc/method.ts';
import {type Router} from '../rpc/router.ts';
import {type Clock} from '../runtime/clock.ts';
import {leaderRetryMs} from './limits.ts';

/** What the router asks of this server's Raft. */
export interface Leadership {
  readonly isLeader: boolean;
  /** Whether this server has ever heard of a leader, so that it has something to answer stale reads with. */
  readonly hasHeardLeader: boolean;
  /** Resolves when a quorum confirmed the leadership. */
  verify(): Promise<void>;
}

export interface ServerRouterOptions {
  readonly datacenter: string;
  readonly leadership: Leadership;
  readonly clock: Clock;
  /** How long a request waits for a leader before it is refused. */
  readonly holdTimeoutMs: number;
}

interface Common {
  readonly Datacenter?: string;
  readonly AllowStale?: boolean;
  readonly RequireConsistent?: boolean;
}

/** The router of a server: the steps of rpc-raft.md §7 as far as one server goes. */
export class ServerRouter implements Router {
  readonly #options: ServerRouterOptions;
  readonly #endpoints = new Map<string, Endpoint>();

  constructor(options: ServerRouterOptions) {
    this.#options = options;
  }

  /** Adds endpoints; their names are unique. */
  serve(endpoints: readonly Endpoint[]): void {
    for (const endpoint of endpoints) this.#endpoints.set(endpoint.method.name, endpoint);
  }

  async call<Req, Res>(method: Method<Req, Res>, request: Req, signal?: AbortSignal): Promise<Res> {
    const {datacenter} = this.#options;
    const {Datacenter = '', AllowStale, RequireConsistent} = request as Common;
    if (Datacenter !== '' && Datacenter !== datacenter) throw new ConsulError('No path to datacenter');
    const endpoint = this.#endpoints.get(method.name);
    if (endpoint === undefined) throw new ConsulError(`rpc: can't find method ${method.name}`);
    const mayBeStale = method.kind === 'local' || (method.kind === 'read' && AllowStale === true);
    if (!this.#options.leadership.isLeader && !(mayBeStale && this.#options.leadership.hasHeardLeader)) await this.#holdForLeader(signal);
    if (RequireConsistent === true) await this.#options.leadership.verify();
    // The table holds endpoints of all types; the method's name is the proof of this one's.
    return (await endpoint.handle(request, signal)) as Res;
  }

  async #holdForLeader(signal: AbortSignal | undefined): Promise<void> {
    const {leadership, clock, holdTimeoutMs} = this.#options;
    const deadlineMs = clock.nowMs() + holdTimeoutMs;
    while (!leadership.isLeader) {
      if (clock.nowMs() >= deadlineMs || signal?.aborted === true) throw new ConsulError('No cluster leader', 500, true);
      await new Promise<void>((resolve) => void clock.setTimer(leaderRetryMs, resolve));
    }
  }
}
