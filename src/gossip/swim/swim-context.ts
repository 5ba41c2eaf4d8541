import {type ByteString} from '../../wire/byte-string.ts';
import {type Random} from '../../runtime/random.ts';
import {type Endpoint} from '../endpoint.ts';
import {compoundHeaderBytes, compoundPartBytes, compoundPartsMax, packetBudgetBytes} from '../limits.ts';
import {type CoreTimer, type TimerQueue} from '../timer-queue.ts';
import {encodeSwimMessage} from '../wire/swim-codec.ts';
import {Awareness} from './awareness.ts';
import {BroadcastQueue} from './broadcast-queue.ts';
import {type EncodedMessage, type SwimMessage} from './messages.ts';
import {NodeTable} from './node-table.ts';
import {retransmitLimit} from './scaling.ts';
import {type SwimConfig} from './swim-config.ts';
import {type SwimDelegate} from './swim-delegate.ts';
import {type LogLevel, type SwimEffect} from './swim-step.ts';

/** Who this member is. */
export interface SwimSelf {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Changes when tags do. */
  meta: ByteString;
  readonly vsn: ByteString;
}

/**
 * What the parts of a SWIM core share: the table of nodes, the queue, the timers, and the time and chance of the step
 * that runs. Only the core and its parts touch it.
 */
export class SwimContext {
  readonly config: SwimConfig;
  readonly self: SwimSelf;
  readonly delegate: SwimDelegate;
  readonly overheadBytes: number;
  readonly nodes = new NodeTable();
  readonly queue = new BroadcastQueue();
  readonly timers: TimerQueue;
  readonly awareness: Awareness;
  readonly emit: (effect: SwimEffect) => void;
  nowMs = 0;
  random: Random;
  leaving = false;
  left = false;
  #sequence = 0;

  constructor(options: {
    config: SwimConfig;
    self: SwimSelf;
    delegate: SwimDelegate;
    timers: TimerQueue;
    overheadBytes: number;
    random: Random;
    emit: (effect: SwimEffect) => void;
  }) {
    this.config = options.config;
    this.self = options.self;
    this.delegate = options.delegate;
    this.timers = options.timers;
    this.overheadBytes = options.overheadBytes;
    this.random = options.random;
    this.emit = options.emit;
    this.awareness = new Awareness(options.config.awarenessMaxMultiplier);
  }

  /** The next number of a ping; the first is 1. */
  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }

  after(delayMs: number, fire: () => void): CoreTimer {
    return this.timers.set(this.nowMs + delayMs, fire);
  }

  /**
   * Calls `fire` each `intervalMs()`, first after a random part of it; ticks missed in between are dropped. An interval
   * that is not above 0 turns it off: a configuration may say so (`gossip_lan.probe_interval = "0s"`).
   */
  every(intervalMs: () => number, fire: () => void): void {
    if (intervalMs() <= 0) return;
    const tick = (dueMs: number): void => {
      const intervalNowMs = intervalMs();
      const missed = Math.max(0, Math.floor((this.nowMs - dueMs) / intervalNowMs));
      const nextMs = dueMs + (missed + 1) * intervalNowMs;
      this.timers.set(nextMs, () => tick(nextMs));
      fire();
    };
    const firstMs = this.nowMs + this.random.float() * intervalMs();
    this.timers.set(firstMs, () => tick(firstMs));
  }

  get retransmits(): number {
    return retransmitLimit(this.config.retransmitMult, this.nodes.size);
  }

  /** Tells the pool what is now known about a node; the name keys the queue, so newer news replace older. */
  broadcast(message: SwimMessage, key: string, done: (() => void) | null = null): void {
    this.queue.push(encodeSwimMessage(message), key, done);
  }

  /** Sends a message to one peer, filled up with what waits in the queues. */
  sendFilled(to: Endpoint, message: SwimMessage): void {
    const first = encodeSwimMessage(message);
    const parts: EncodedMessage[] = [first];
    this.fill(packetBudgetBytes - first.bytes.length - compoundHeaderBytes - compoundPartBytes - this.overheadBytes, parts);
    this.emit({kind: 'send-packet', to, parts: parts.slice(0, compoundPartsMax), checksum: false});
  }

  /** Sends a message to one peer as it is. */
  sendBare(to: Endpoint, message: SwimMessage): void {
    this.emit({kind: 'send-packet', to, parts: [encodeSwimMessage(message)], checksum: false});
  }

  /** Appends queued messages of SWIM, then of the layer above, costing at most `budgetBytes` [gossip.md §9]. */
  fill(budgetBytes: number, into: EncodedMessage[]): void {
    const used = this.queue.take(compoundPartBytes, budgetBytes, this.retransmits, into);
    const rest = budgetBytes - used;
    if (rest > compoundPartBytes + 1 && this.delegate.hasBroadcasts()) {
      this.delegate.takeBroadcasts(compoundPartBytes, rest, into);
    }
  }

  get hasNews(): boolean {
    return this.queue.length > 0 || this.delegate.hasBroadcasts();
  }

  /** @param about groups complaints: of those about the same thing the driver shows only the first in a while */
  log(level: LogLevel, text: string, about?: string): void {
    this.emit({kind: 'log', level, text: `memberlist: ${text}`, ...(about !== undefined && {about})});
  }
}
