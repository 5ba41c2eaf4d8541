import {ConsulError} from '../consul-error.ts';
import {blockingMs, type CallTimes, callTimeoutMs} from '../rpc/call-times.ts';
import {type Endpoint} from '../rpc/endpoint.ts';
import {EndpointTable} from '../rpc/endpoint-table.ts';
import {type Method, type MethodKind} from '../rpc/method.ts';
import {type ServerCalls} from '../rpc/server-calls.ts';
import {encodeBody, type RpcBody} from '../rpc/net/long-body.ts';
import {type CallOptions} from '../rpc/net/rpc-client-stream.ts';
import {isRetryableAtLeader, RpcCallError, RpcRejectedError} from '../rpc/net/rpc-error.ts';
import {type IncomingCall, type RpcService} from '../rpc/net/rpc-service.ts';
import {envelopeOf, envelopeOfBody, type RequestEnvelope} from '../rpc/request-envelope.ts';
import {type RequestLimiter} from '../rpc/request-limiter.ts';
import {RetryPacer} from '../rpc/retry-pacer.ts';
import {type Router} from '../rpc/router.ts';
import {type KnownServer, type ServerDirectory} from '../rpc/server-directory.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {MsgpackError} from '../wire/msgpack-error.ts';
import {leaderRetryMs} from './limits.ts';

/** What the router asks of this server's Raft. */
export interface ClusterLeadership {
  readonly isLeader: boolean;
  /** Whether this server has ever heard of a leader, so that it has something to answer stale reads with. */
  readonly hasHeardLeader: boolean;
  /** ip:port of the leader's RPC; undefined when there is none, as far as is known. */
  readonly leaderAddress: string | undefined;
  /** Resolves when a quorum confirmed the leadership. */
  verify(): Promise<void>;
}

export interface ClusterRouterOptions {
  readonly datacenter: string;
  /** ip:port of this server's RPC. */
  readonly address: string;
  readonly leadership: ClusterLeadership;
  readonly directory: ServerDirectory;
  readonly pool: ServerCalls;
  readonly times: CallTimes;
  /** How many requests are taken; absent: all. */
  readonly limiter?: Pick<RequestLimiter, 'admit'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** A request, and how it is answered here or elsewhere. */
interface Errand<T> {
  readonly method: string;
  readonly kind: MethodKind;
  readonly envelope: RequestEnvelope;
  readonly signal: AbortSignal | undefined;
  /** Address of the caller; undefined for this process. */
  readonly from: string | undefined;
  /** Undefined for a method that this server does not know. */
  readonly here: (() => Promise<T> | T) | undefined;
  readonly there: (server: KnownServer, options: CallOptions) => Promise<T>;
}

/**
 * The router of a server: brings requests of this process (`call`) and of other agents (`answer`) to this server, the
 * leader, or another datacenter, in the order of rpc-raft.md §7. What came over the wire and is answered elsewhere goes
 * on, and its answer comes back, byte by byte; so do methods that only the leader knows.
 */
export class ClusterRouter implements Router, RpcService {
  readonly #options: ClusterRouterOptions;
  readonly #endpoints = new EndpointTable();
  /** The server of another datacenter that is used until it fails. */
  readonly #remoteServers = new Map<string, string>();
  #isLeaving = false;

  constructor(options: ClusterRouterOptions) {
    this.#options = options;
  }

  /** Adds endpoints; their names are unique. */
  serve(endpoints: readonly Endpoint[]): void {
    this.#endpoints.add(endpoints);
  }

  /** From now on requests that need the leader are refused at once: this server is about to go. */
  leave(): void {
    this.#isLeaving = true;
  }

  call<Req, Res>(method: Method<Req, Res>, request: Req, signal?: AbortSignal): Promise<Res> {
    const endpoint = this.#endpoints.get(method.name);
    return this.#run<Res>({
      method: method.name,
      kind: method.kind,
      envelope: envelopeOf(request),
      signal,
      from: undefined,
      // The table holds endpoints of all types; the method's name is the proof of this one's.
      here: endpoint && (() => endpoint.handle(request, signal) as Promise<Res> | Res),
      there: (server, options) => this.#options.pool.call(server, method, request, options),
    });
  }

  answer({method, body, from, signal}: IncomingCall): Promise<RpcBody> {
    const endpoint = this.#endpoints.get(method);
    // The leader will most likely want all of it; of what passes through, only where it goes is read.
    let request = this.#options.leadership.isLeader ? decoded(endpoint, body) : undefined;
    let envelope: RequestEnvelope;
    try {
      envelope = request === undefined ? envelopeOfBody(body, endpoint?.method) : envelopeOf(request);
    } catch (error) {
      return Promise.reject(rejected(error));
    }
    return this.#run<RpcBody>({
      method,
      kind: endpoint?.method.kind ?? 'write',
      envelope,
      signal,
      from,
      here: endpoint && (async () => {
        request ??= decoding(() => endpoint.method.request.fromMsgpack(body));
        return encodeBody(endpoint.method.response, await endpoint.handle(request, signal));
      }),
      there: (server, options) => this.#options.pool.callRaw(server, method, body, options),
    });
  }

  #admit(method: string, kind: MethodKind, from: string | undefined): void {
    const {limiter, leadership} = this.#options;
    limiter?.admit(method, kind, leadership.isLeader, from);
  }

  #run<T>(errand: Errand<T>): Promise<T> {
    const {method, kind, envelope, here, from} = errand;
    const {datacenter, leadership} = this.#options;
    try {
      this.#admit(method, kind, from);
    } catch (error) {
      return Promise.reject(asError(error));
    }
    if (envelope.Datacenter !== '' && envelope.Datacenter !== datacenter) return this.#inDatacenter(errand);
    if (here !== undefined) {
      if (kind === 'local' || leadership.isLeader) return this.#here(errand, here);
      if (kind === 'read' && envelope.AllowStale && leadership.hasHeardLeader) return settled(here);
    }
    return this.#onLeader(errand);
  }

  #here<T>({kind, envelope}: Errand<T>, here: () => Promise<T> | T): Promise<T> {
    if (kind !== 'read' || !envelope.RequireConsistent) return settled(here);
    return this.#options.leadership.verify().then(here);
  }

  async #onLeader<T>(errand: Errand<T>): Promise<T> {
    const {kind, envelope, signal, here, method} = errand;
    const {leadership, times, clock, random} = this.#options;
    const pacer = new RetryPacer(clock, random, times.holdTimeoutMs, blockingMs(times, kind, envelope));
    for (;;) {
      if (this.#isLeaving) throw noClusterLeader();
      if (leadership.isLeader) {
        if (here === undefined) throw this.#endpoints.unknown(method);
        return this.#here(errand, here);
      }
      const leader = this.#leader();
      if (leader instanceof ConsulError) {
        // Looking again at what this server knows by itself costs nothing: it is done more often than calls are tried.
        if (!(await pacer.waitFor(leaderRetryMs, signal))) throw leader;
        continue;
      }
      try {
        return await errand.there(leader, this.#callOptions(errand));
      } catch (error) {
        // Who could not be reached has been asked nothing: a leader that is gone is waited out like one that is not known.
        if (error instanceof RpcCallError && error.failure === 'dial') {
          if (!(await pacer.waitFor(leaderRetryMs, signal))) throw error;
          continue;
        }
        if (!isRetryableAtLeader(error, kind === 'read') || !(await pacer.wait(signal))) throw error;
      }
    }
  }

  /** A server to send what is no call: the leader, or one of another datacenter. @throws ConsulError when there is none */
  serverFor(datacenter: string): KnownServer {
    const server = datacenter === this.#options.datacenter ? this.#leader() : this.#remoteServer(datacenter);
    if (server instanceof ConsulError) throw server;
    return server;
  }

  #leader(): KnownServer | ConsulError {
    const {leadership, directory, datacenter, address} = this.#options;
    const {leaderAddress} = leadership;
    // A leader that steps down still has its own address there for a moment.
    if (leaderAddress === undefined || leaderAddress === address) return noClusterLeader();
    const leader = directory.servers(datacenter)?.find((server) => server.address === leaderAddress);
    return leader ?? new ConsulError('Raft leader not found in server lookup mapping');
  }

  /** Calls a server of another datacenter: the one that answered last, until it fails. */
  async #inDatacenter<T>(errand: Errand<T>): Promise<T> {
    const {Datacenter} = errand.envelope;
    const chosen = this.#remoteServer(Datacenter);
    try {
      return await errand.there(chosen, this.#callOptions(errand));
    } catch (error) {
      if (error instanceof RpcCallError && error.failure !== 'aborted' && error.failure !== 'remote') this.#moveOn(chosen);
      throw error;
    }
  }

  #remoteServer(datacenter: string): KnownServer {
    const servers = this.#options.directory.servers(datacenter);
    if (servers === undefined) throw new ConsulError('No path to datacenter');
    const chosen = servers.find(({id}) => id === this.#remoteServers.get(datacenter)) ?? servers[this.#options.random.below(servers.length)];
    if (chosen === undefined) throw new ConsulError('Remote DC has no server currently reachable');
    this.#remoteServers.set(datacenter, chosen.id);
    return chosen;
  }

  /** After a failure the next server of the list is used. */
  #moveOn(failed: KnownServer): void {
    const servers = this.#options.directory.servers(failed.datacenter) ?? [];
    const next = servers[(servers.indexOf(failed) + 1) % servers.length];
    if (next !== undefined && this.#remoteServers.get(failed.datacenter) === failed.id) this.#remoteServers.set(failed.datacenter, next.id);
  }

  #callOptions<T>({kind, envelope, signal}: Errand<T>): CallOptions {
    return {timeoutMs: callTimeoutMs(this.#options.times, kind, envelope), signal};
  }
}

/** What an endpoint gives as a promise: its own, where it has one. */
function settled<T>(here: () => Promise<T> | T): Promise<T> {
  try {
    const answer = here();
    return answer instanceof Promise ? answer : Promise.resolve(answer);
  } catch (error) {
    return Promise.reject(asError(error));
  }
}

function noClusterLeader(): ConsulError {
  return new ConsulError('No cluster leader', 500, true);
}

/** The request, or undefined where it cannot be decoded: that is complained of when it turns out that it must be. */
function decoded(endpoint: Endpoint | undefined, body: Buffer): unknown {
  try {
    return endpoint?.method.request.fromMsgpack(body);
  } catch (error) {
    if (error instanceof MsgpackError) return undefined;
    throw error;
  }
}

/** What cannot be decoded is answered with the codec's text, and ends its stream (rpc-raft.md §5). */
function decoding<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw rejected(error);
  }
}

function rejected(error: unknown): Error {
  return error instanceof MsgpackError ? new RpcRejectedError(error.message) : asError(error);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
