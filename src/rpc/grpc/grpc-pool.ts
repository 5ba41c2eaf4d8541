import {type Clock} from '../../runtime/clock.ts';
import {type Dial, type DialTarget} from '../net/dial.ts';
import {firstByte} from '../net/first-byte.ts';
import {GrpcConnection} from './grpc-connection.ts';
import {grpcCode, GrpcError} from './grpc-status.ts';

export interface GrpcPoolOptions {
  readonly dial: Dial;
  readonly clock: Clock;
}

/** Connections for gRPC to port 8300 of other servers: one each, made when it is first needed. */
export class GrpcPool {
  readonly #options: GrpcPoolOptions;
  readonly #connections = new Map<string, Promise<GrpcConnection>>();
  #isClosed = false;

  constructor(options: GrpcPoolOptions) {
    this.#options = options;
  }

  /** @throws GrpcError unavailable: the server cannot be reached, or does not speak gRPC */
  connection(server: DialTarget): Promise<GrpcConnection> {
    const {address} = server;
    const known = this.#connections.get(address);
    if (known !== undefined) return known;
    if (this.#isClosed) return Promise.reject(new GrpcError(grpcCode.unavailable, 'the agent is shutting down'));
    const made = this.#open(server);
    this.#connections.set(address, made);
    const forget = (): void => {
      if (this.#connections.get(address) === made) this.#connections.delete(address);
    };
    made.then((connection) => connection.onClose(forget), forget);
    return made;
  }

  /** Calls under way fail, and no connection is made any more. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) connection.then((open) => open.close(), () => undefined);
  }

  async #open(server: DialTarget): Promise<GrpcConnection> {
    const {dial, clock} = this.#options;
    const stream = await dial(server, firstByte.grpc).catch((error: unknown) => {
      throw new GrpcError(grpcCode.unavailable, `connection error: desc = ${JSON.stringify(`transport: Error while dialing: ${String(error instanceof Error ? error.message : error)}`)}`);
    });
    const connection = await GrpcConnection.open(stream, {authority: server.name, clock});
    if (this.#isClosed) connection.close();
    return connection;
  }
}
