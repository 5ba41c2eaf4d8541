import {type Duplex} from 'node:stream';
import {type Endpoint} from './endpoint.ts';

/** What a pool hears from its sockets. */
export interface TransportReceiver {
  datagram(bytes: Uint8Array, from: Endpoint): void;
  /** A peer opened a stream to us; the receiver closes it. */
  stream(socket: Duplex, from: Endpoint): void;
}

/** The sockets of a pool: UDP and TCP on one address and port. */
export interface GossipTransport {
  /** The address and port that are listened on. */
  readonly local: Endpoint;
  send(to: Endpoint, bytes: Uint8Array, failed: (error: Error) => void): void;
  /** Opens a stream. @throws Error when that takes longer than `timeoutMs` or is refused */
  dial(to: Endpoint, timeoutMs: number): Promise<Duplex>;
  /** Lets waiting datagrams be received, then calls `done`. */
  poll(done: () => void): void;
  close(): Promise<void>;
}
