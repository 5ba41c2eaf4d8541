import {ConsulError} from '../../consul-error.ts';
import {type Clock} from '../../runtime/clock.ts';
import {errorText} from '../../runtime/thrown.ts';
import {ProtobufError} from '../../wire/protobuf-reader.ts';
import {type GrpcForm, type Method} from '../method.ts';
import {type DialTarget} from '../net/dial.ts';
import {type CallOptions} from '../net/rpc-client-stream.ts';
import {RpcCallError, withoutCallPrefix} from '../net/rpc-error.ts';
import {type Router} from '../router.ts';
import {type ServerCalls} from '../server-calls.ts';
import {grpcFrame} from './grpc-frames.ts';
import {type GrpcPool} from './grpc-pool.ts';
import {type GrpcMethod} from './grpc-server.ts';
import {grpcCode, GrpcError} from './grpc-status.ts';

const tokenHeader = 'x-consul-token';

/** Calls methods that Consul has as gRPC over gRPC, and all others by their names. */
export class GrpcCalls implements ServerCalls {
  readonly #byName: ServerCalls;
  readonly #pool: GrpcPool;
  readonly #clock: Clock;

  constructor(byName: ServerCalls, pool: GrpcPool, clock: Clock) {
    this.#byName = byName;
    this.#pool = pool;
    this.#clock = clock;
  }

  call<Req, Res>(server: DialTarget, method: Method<Req, Res>, request: Req, options: CallOptions): Promise<Res> {
    return method.grpc === undefined ? this.#byName.call(server, method, request, options) : this.#callGrpc(server, method.grpc, request, options);
  }

  callRaw(server: DialTarget, method: string, body: Uint8Array, options: CallOptions): Promise<Buffer> {
    return this.#byName.callRaw(server, method, body, options);
  }

  async #callGrpc<Req, Res>(server: DialTarget, form: GrpcForm<Req, Res>, request: Req, {timeoutMs, signal}: CallOptions): Promise<Res> {
    const late = new AbortController();
    const timer = this.#clock.setTimer(timeoutMs, () => late.abort());
    const either = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
    const connection = await this.#pool.connection(server).catch((error: unknown) => {
      timer.cancel();
      throw new RpcCallError('dial', errorText(error));
    });
    try {
      const answer = await connection.unary(form.path, form.encodeRequest(request), {signal: either, metadata: {[tokenHeader]: form.tokenOf(request)}});
      return form.decodeResponse(answer);
    } catch (error) {
      if (late.signal.aborted) throw new RpcCallError('timeout', 'i/o deadline reached');
      if (signal?.aborted === true) throw new RpcCallError('aborted', errorText(error));
      if (error instanceof GrpcError && error.code !== grpcCode.unavailable) throw new RpcCallError('remote', error.description);
      throw new RpcCallError('broken', errorText(error));
    } finally {
      timer.cancel();
    }
  }
}

/** Serves a method over gRPC: what it is asked goes the way of all requests, to the leader if need be. */
export function grpcMethod<Req, Res>(router: Router, method: Method<Req, Res>, form: GrpcForm<Req, Res>): GrpcMethod {
  return async (message, call) => {
    const token = call.metadata[tokenHeader];
    try {
      const request = form.decodeRequest(message, typeof token === 'string' ? token : '');
      await call.send(grpcFrame(form.encodeResponse(await router.call(method, request, call.signal))));
    } catch (error) {
      if (error instanceof ProtobufError) throw new GrpcError(grpcCode.internal, `grpc: error unmarshalling request: ${error.message}`);
      if (error instanceof ConsulError) throw new GrpcError(grpcCode.unknown, withoutCallPrefix(error.message));
      throw error;
    }
  };
}
