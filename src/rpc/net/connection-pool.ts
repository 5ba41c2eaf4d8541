import {errorText} from '../../runtime/thrown.ts';
import {type Method} from '../method.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Dial, type DialTarget} from './dial.ts';
import {firstByte} from './first-byte.ts';
import {IDLE_CONNECTION_MS} from './limits.ts';
import {decodeBody} from './long-body.ts';
import {PooledConnection} from './pooled-connection.ts';
import {type CallOptions} from './rpc-client-stream.ts';
import {RpcCallError} from './rpc-error.ts';
import {YamuxConnection} from './yamux-connection.ts';

export interface ConnectionPoolOptions {
  readonly dial: Dial;
  readonly clock: Clock;
  readonly idleConnectionMs?: number;
}

/** Our connections to other servers: one yamux session for each, shared by all calls (rpc-raft.md §6). */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #connections = new Map<string, Promise<PooledConnection>>();
  /** Those that have been made; the others are still being dialed. */
  readonly #open = new Set<PooledConnection>();
  readonly #idleConnectionMs: number;
  /** Where the last call went: most likely the next one goes there too. */
  #last: {readonly server: DialTarget; readonly connection: PooledConnection} | undefined;
  #sweep: Timer | undefined;
  #isClosed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#idleConnectionMs = options.idleConnectionMs ?? IDLE_CONNECTION_MS;
  }

  /** Servers that there is a connection to, or soon will be. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** @throws RpcCallError */
  async call<Req, Res>(server: DialTarget, method: Method<Req, Res>, request: Req, options: CallOptions): Promise<Res> {
    const body = await this.callRaw(server, method.name, method.request.toMsgpack(request), options);
    try {
      return await decodeBody(method.response, body);
    } catch (error) {
      throw new RpcCallError('broken', errorText(error));
    }
  }

  /**
   * The same with bodies as they are on the wire: what passes through is passed on byte by byte.
   * @throws RpcCallError
   */
  callRaw(server: DialTarget, method: string, body: Uint8Array, options: CallOptions): Promise<Buffer> {
    const last = this.#last;
    if (last?.server === server && last.connection.isUsable && !this.#isClosed) return last.connection.call(method, body, options);
    return this.#callWhenConnected(server, method, body, options);
  }

  async #callWhenConnected(server: DialTarget, method: string, body: Uint8Array, options: CallOptions): Promise<Buffer> {
    const connection = await this.#connection(server);
    this.#last = {server, connection};
    return connection.call(method, body, options);
  }

  /** Closes every connection; calls under way fail. A connection still being made is closed when it is there. */
  close(): void {
    this.#isClosed = true;
    this.#sweep?.cancel();
    for (const connection of this.#open) connection.close();
    this.#connections.clear();
    this.#last = undefined;
  }

  async #connection(server: DialTarget): Promise<PooledConnection> {
    if (this.#isClosed) throw new RpcCallError('dial', 'rpc client is shut down');
    const key = `${server.datacenter}/${server.name}/${server.address}`;
    const known = this.#connections.get(key);
    if (known !== undefined) {
      const connection = await known;
      if (connection.isUsable) return connection;
      this.#forget(key, known);
    }
    return this.#connections.get(key) ?? this.#dial(server, key);
  }

  #forget(key: string, connection: Promise<PooledConnection>): void {
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
  }

  #dial(server: DialTarget, key: string): Promise<PooledConnection> {
    const dialing = this.#connect(server, () => this.#forget(key, dialing));
    this.#connections.set(key, dialing);
    return dialing;
  }

  async #connect(server: DialTarget, forget: () => void): Promise<PooledConnection> {
    const {dial, clock} = this.#options;
    try {
      const socket = await dial(server, firstByte.multiplexed);
      const onClose = (): void => {
        this.#open.delete(connection);
        if (this.#last?.connection === connection) this.#last = undefined;
        forget();
      };
      const connection: PooledConnection = new PooledConnection(new YamuxConnection({side: 'dialer', socket, clock, onClose}), clock);
      this.#open.add(connection);
      if (this.#isClosed) connection.close();
      else this.#armSweep();
      return connection;
    } catch (error) {
      forget();
      throw new RpcCallError('dial', errorText(error));
    }
  }

  /** Looks for idle connections as long as there are any connections at all. */
  #armSweep(): void {
    this.#sweep ??= this.#options.clock.setTimer(this.#idleConnectionMs / 2, () => {
      this.#sweep = undefined;
      const beforeMs = this.#options.clock.nowMs() - this.#idleConnectionMs;
      for (const connection of this.#open) if (connection.idleSinceMs <= beforeMs) connection.close();
      if (this.#open.size > 0) this.#armSweep();
    });
  }
}
