import {ConsulError} from '../consul-error.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {blockingMs, type CallTimes, callTimeoutMs} from './call-times.ts';
import {type Method} from './method.ts';
import {isRetryable, RpcCallError} from './net/rpc-error.ts';
import {envelopeOf, type RequestEnvelope} from './request-envelope.ts';
import {RetryPacer} from './retry-pacer.ts';
import {type Router} from './router.ts';
import {type ServerCalls} from './server-calls.ts';
import {type ServerList} from './server-list.ts';
import {type TokenBucket} from './token-bucket.ts';

export interface ClientRouterOptions {
  readonly servers: ServerList;
  readonly pool: Pick<ServerCalls, 'call'>;
  /** `limits.rpc_rate` and `limits.rpc_max_burst`; absent: calls are not counted. */
  readonly rate?: TokenBucket | undefined;
  readonly times: CallTimes;
  readonly clock: Clock;
  readonly random: Random;
}

/** The router of a client agent: everything is answered by a server (rpc-raft.md §6). */
export class ClientRouter implements Router {
  readonly #options: ClientRouterOptions;

  constructor(options: ClientRouterOptions) {
    this.#options = options;
  }

  /** @throws RpcCallError; ConsulError `No known Consul servers`, or that this agent has called too often */
  async call<Req, Res>(method: Method<Req, Res>, request: Req, signal?: AbortSignal): Promise<Res> {
    const {times, clock, random, rate} = this.#options;
    if (rate?.take() === false) throw new ConsulError('RPC rate limit exceeded', 429, true);
    const envelope = envelopeOf(request);
    const pacer = new RetryPacer(clock, random, times.holdTimeoutMs, blockingMs(times, method.kind, envelope));
    for (;;) {
      try {
        return await this.#try(method, request, envelope, signal);
      } catch (error) {
        if (!isRetryable(error, method.kind === 'read') || !(await pacer.wait(signal))) throw error;
      }
    }
  }

  /** One try: with the next servers too if one cannot even be reached, for then nothing has been asked of it. */
  async #try<Req, Res>(method: Method<Req, Res>, request: Req, envelope: RequestEnvelope, signal: AbortSignal | undefined): Promise<Res> {
    const {servers, pool, times} = this.#options;
    const options = {timeoutMs: callTimeoutMs(times, method.kind, envelope), signal};
    for (let left = servers.size; ; left--) {
      const server = servers.current;
      if (server === undefined) throw new ConsulError('No known Consul servers');
      try {
        return await pool.call(server, method, request, options);
      } catch (error) {
        if (isServersFault(error)) servers.failed(server);
        if (!(error instanceof RpcCallError && error.failure === 'dial') || left <= 1) throw error;
      }
    }
  }
}

/** Whether another server might do better; a refusal such as `Permission denied` is the same everywhere. */
function isServersFault(error: unknown): boolean {
  return error instanceof RpcCallError && error.failure !== 'aborted' && (error.failure !== 'remote' || isRetryable(error, true));
}
