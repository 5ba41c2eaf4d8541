import {type Duplex} from 'node:stream';
import {
  type InstallSnapshotRequest, type InstallSnapshotResponse, type Peer, type RaftRequest, type RaftResponse,
} from '../core/messages.ts';
import {PreVoteUnsupportedError, type RaftHandler, type RaftTransport} from '../driver/raft-transport.ts';
import {RaftError} from '../raft-error.ts';
import {type Clock, type Timer} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {laneIdleMs, rpcTimeoutMs, snapshotBytesPerTimeout} from './limits.ts';
import {serveRaftConnection} from './raft-connection.ts';
import {RaftLane} from './raft-lane.ts';
import {RequestEncoder} from './request-encoder.ts';
import {sendSnapshot} from './send-snapshot.ts';

export interface NetTransportOptions {
  /** This server, as it names itself in answers. */
  readonly self: Peer;
  /** Makes a connection to a peer's port 8300 and says the first byte of Raft. @throws Error with Go's text, as `dialer` has it */
  readonly dial: (peer: Peer) => Promise<Duplex>;
  /** Absent: all peers do. */
  readonly knowsPreVote?: (peer: Peer) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Raft between servers (sheet rpc-raft §12). To each peer there are up to three connections: heartbeats, entries, and
 * votes each have their own, so that none waits for another; a snapshot gets a fourth, once.
 */
export class NetTransport implements RaftTransport {
  readonly #options: NetTransportOptions;
  readonly #lanes = new Map<string, RaftLane>();
  readonly #encoder = new RequestEncoder();
  /** Connections that peers made, and those that carry snapshots to them. */
  readonly #streams = new Set<Duplex>();
  #handler: RaftHandler | undefined;
  #sweep: Timer | undefined;
  #isClosed = false;

  constructor(options: NetTransportOptions) {
    this.#options = options;
  }

  serve(handler: RaftHandler): void {
    this.#handler = handler;
  }

  /** Takes a connection that a peer made, past its first byte. */
  accept(stream: Duplex): void {
    const handler = this.#handler;
    if (this.#isClosed || handler === undefined) return void stream.destroy();
    const {self, logger} = this.#options;
    this.#hold(stream);
    serveRaftConnection(stream, handler, self).catch((error: unknown) => {
      if (!this.#isClosed) logger.error('raft connection ends', {error: error instanceof Error ? error.message : String(error)});
      stream.destroy();
    });
  }

  async send(to: Peer, request: RaftRequest): Promise<RaftResponse> {
    if (this.#isClosed) throw new RaftError('shutdown', 'transport shutdown');
    if (request.kind === 'pre-vote' && this.#options.knowsPreVote?.(to) === false) return this.#assumeConsent(to);
    return this.#lane(to, request).send(request);
  }

  /** A peer that would cut the connection at the question (Consul 1.8) is not asked; but it must be there to be counted. */
  async #assumeConsent(to: Peer): Promise<never> {
    (await this.#options.dial(to)).destroy();
    throw new PreVoteUnsupportedError(`${to.address} is of a version without pre-votes`);
  }

  async sendSnapshot(to: Peer, request: InstallSnapshotRequest, state: AsyncIterable<Buffer>): Promise<InstallSnapshotResponse> {
    const {dial, clock} = this.#options;
    const stream = await dial(to);
    this.#hold(stream);
    if (this.#isClosed) stream.destroy();
    const timeoutMs = rpcTimeoutMs * Math.max(1, request.sizeBytes / snapshotBytesPerTimeout);
    const timer = clock.setTimer(timeoutMs, () => stream.destroy());
    try {
      return await sendSnapshot(stream, request, state);
    } finally {
      timer.cancel();
      stream.destroy();
    }
  }

  async isRefused(to: Peer): Promise<boolean> {
    if (this.#isClosed) return false;
    try {
      const stream = await this.#options.dial(to);
      this.#hold(stream);
      stream.destroy();
      return false;
    } catch (error) {
      return error instanceof Error && error.message.endsWith('connect: connection refused');
    }
  }

  /** Cuts all connections; what waits for an answer fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#sweep?.cancel();
    for (const lane of this.#lanes.values()) lane.close();
    this.#lanes.clear();
    for (const stream of this.#streams) stream.destroy();
  }

  #hold(stream: Duplex): void {
    this.#streams.add(stream);
    stream.on('error', (error: Error) => this.#options.logger.trace('raft connection broke', {error: error.message}));
    stream.on('close', () => this.#streams.delete(stream));
  }

  #lane(to: Peer, request: RaftRequest): RaftLane {
    const {dial, clock} = this.#options;
    const purpose = request.kind !== 'append' ? 'votes' : request.heartbeat ? 'heartbeats' : 'entries';
    const key = `${purpose} ${to.id} ${to.address}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new RaftLane(() => dial(to), clock, this.#encoder);
      this.#lanes.set(key, lane);
      this.#armSweep();
    }
    return lane;
  }

  /** Lanes to peers that are gone, or no longer written to, are closed. */
  #armSweep(): void {
    this.#sweep ??= this.#options.clock.setTimer(laneIdleMs / 2, () => {
      this.#sweep = undefined;
      const beforeMs = this.#options.clock.nowMs() - laneIdleMs;
      for (const [key, lane] of this.#lanes) {
        if (lane.idleSinceMs > beforeMs) continue;
        lane.close();
        this.#lanes.delete(key);
      }
      if (this.#lanes.size > 0) this.#armSweep();
    });
  }
}
