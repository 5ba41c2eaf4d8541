import {compoundPartBytes} from '../limits.ts';
import {BroadcastQueue} from '../swim/broadcast-queue.ts';
import {type SwimCore} from '../swim/swim-core.ts';
import {retransmitLimit} from '../swim/scaling.ts';
import {type EncodedMessage} from '../swim/messages.ts';
import {encodeSwimMessage} from '../wire/swim-codec.ts';
import {LamportClock} from './lamport-clock.ts';
import {type MemberRow} from './member.ts';
import {type SerfConfig} from './serf-config.ts';
import {type SerfEffect} from './serf-step.ts';

/** What the parts of a Serf core share. Only the core and its parts touch it. */
export class SerfContext {
  readonly config: SerfConfig;
  readonly members = new Map<string, MemberRow>();
  readonly clock = new LamportClock();
  readonly intents = new BroadcastQueue();
  readonly queries = new BroadcastQueue();
  readonly events = new BroadcastQueue();
  readonly emit: (effect: SerfEffect) => void;
  swim!: SwimCore;

  constructor(config: SerfConfig, emit: (effect: SerfEffect) => void) {
    this.config = config;
    this.emit = emit;
  }

  get nowMs(): number {
    return this.swim.nowMs;
  }

  log(level: 'debug' | 'info' | 'warn' | 'error', text: string, about?: string): void {
    this.emit({kind: 'log', level, text: `serf: ${text}`, ...(about !== undefined && {about})});
  }

  /** Queues a Serf message (its type byte first) to ride on SWIM's packets. */
  broadcast(queue: BroadcastQueue, message: Uint8Array, done: (() => void) | null = null): void {
    queue.push(encodeSwimMessage({type: 'user', body: message}), null, done);
  }

  /** Intents first, then queries, then events, sharing what is left [gossip.md §9]. */
  takeBroadcasts(overheadBytes: number, limitBytes: number, into: EncodedMessage[]): void {
    const sends = retransmitLimit(this.config.swim.retransmitMult, this.members.size);
    let left = limitBytes;
    for (const queue of [this.intents, this.queries, this.events]) {
      if (left <= compoundPartBytes) return;
      left -= queue.take(overheadBytes, left, sends, into);
    }
  }

  get hasBroadcasts(): boolean {
    return this.intents.length > 0 || this.queries.length > 0 || this.events.length > 0;
  }

  /** Keeps the queues within max(least depth, twice the members). */
  pruneQueues(): void {
    const depthMax = Math.max(this.config.queueDepthMin, 2 * this.members.size);
    for (const [name, queue] of [['Intent', this.intents], ['Query', this.queries], ['Event', this.events]] as const) {
      const depth = queue.length;
      if (queue.prune(depthMax) > 0) this.log('warn', `${name} queue depth (${depth}) exceeds limit (${depthMax}), dropping messages!`);
    }
  }

  /** Members that are not failed or left. */
  get liveCount(): number {
    let count = 0;
    for (const row of this.members.values()) if (row.status === 'alive' || row.status === 'leaving') count++;
    return count;
  }
}
