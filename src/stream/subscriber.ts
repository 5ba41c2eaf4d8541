import {type GrpcPool} from '../rpc/grpc/grpc-pool.ts';
import {grpcCode, GrpcError} from '../rpc/grpc/grpc-status.ts';
import {type KnownServer} from '../rpc/server-directory.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {drive, type Sliced} from '../runtime/slices.ts';
import {batchPartEvents, noStreamMs} from './limits.ts';
import {decodeEvent, type StreamEvent, type SubscribeRequest, subscribeRequestMessage} from './messages.ts';
import {subscribePath} from './subscribe-service.ts';

export interface SubscriptionHandlers {
  /** A server was reached, and has been asked. */
  readonly opened: () => void;
  /** @param isWhole false: of a long batch, what follows belongs to the same change */
  readonly event: (event: StreamEvent, isWhole: boolean) => void;
}

/** Subscribes once, and stays until the subscription ends. @throws GrpcError, also when it ends well: a subscription has no end */
export type Subscribe = (request: SubscribeRequest, handlers: SubscriptionHandlers, signal: AbortSignal) => Promise<never>;

export interface SubscriberOptions {
  /** In order of use. */
  readonly servers: () => readonly KnownServer[];
  readonly pool: Pick<GrpcPool, 'connection'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Subscribes at the servers of a client agent: at the one that is used for calls, or the next one that streams. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  /** Until when servers are passed over: they could not be reached, or do not stream. */
  readonly #passedOver = new Map<string, number>();

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  readonly subscribe: Subscribe = async (request, {opened, event}, signal) => {
    const {pool, logger} = this.#options;
    const server = this.#choose();
    const incoming = new Incoming(event);
    try {
      const connection = await pool.connection(server);
      opened();
      await connection.call(subscribePath, subscribeRequestMessage.encode(request), {signal, onMessage: (message) => incoming.take(message)});
    } catch (error) {
      await incoming.idle();
      if (error instanceof GrpcError && isServersFault(error)) this.#passOver(server);
      if (!signal.aborted) logger.debug('subscription ended', {server: server.name, error});
      throw error;
    }
    throw new GrpcError(grpcCode.unavailable, 'the server ended the subscription');
  };

  #choose(): KnownServer {
    const {servers, clock} = this.#options;
    const nowMs = clock.nowMs();
    const chosen = servers().find(({id}) => (this.#passedOver.get(id) ?? 0) <= nowMs);
    if (chosen === undefined) throw new GrpcError(grpcCode.unavailable, 'no server streams');
    return chosen;
  }

  #passOver({id}: KnownServer): void {
    const nowMs = this.#options.clock.nowMs();
    for (const [known, untilMs] of this.#passedOver) if (untilMs <= nowMs) this.#passedOver.delete(known);
    this.#passedOver.set(id, nowMs + noStreamMs);
  }
}

/** Messages of one subscription, decoded and handed on in their order, as sliced work. */
class Incoming {
  readonly #event: SubscriptionHandlers['event'];
  readonly #waiting: Buffer[] = [];
  #working: Promise<void> | undefined;

  constructor(event: SubscriptionHandlers['event']) {
    this.#event = event;
  }

  /** @returns a promise when there is more to do than a turn has time for: no more should be read before it settles */
  take(message: Buffer): Promise<void> | undefined {
    this.#waiting.push(message);
    if (this.#working !== undefined) return this.#working;
    const work = drive(this.#handOn());
    if (work instanceof Promise) this.#working = work;
    return this.#working;
  }

  /** Resolves when all that was taken is handed on, or cannot be. */
  async idle(): Promise<void> {
    // Who took the message was told of its error.
    await this.#working?.catch(() => undefined);
  }

  *#handOn(): Sliced<void> {
    try {
      for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
        yield* this.#handOnOne(yield* decodeEvent(message));
        yield;
      }
    } finally {
      this.#working = undefined;
    }
  }

  *#handOnOne(event: StreamEvent): Sliced<void> {
    const all = event.EventBatch?.Events ?? [];
    let at = 0;
    for (; all.length - at > batchPartEvents; at += batchPartEvents) {
      this.#event({...event, EventBatch: {Events: all.slice(at, at + batchPartEvents)}}, false);
      yield;
    }
    this.#event(at === 0 ? event : {...event, EventBatch: {Events: all.slice(at)}}, true);
  }
}

/** Another server may do better than one that is not there, or does not stream. */
function isServersFault({code}: GrpcError): boolean {
  return code === grpcCode.unavailable || code === grpcCode.unimplemented;
}
