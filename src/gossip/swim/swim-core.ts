import {type Random} from '../../runtime/random.ts';
import {type Endpoint, shortestAddress} from '../endpoint.ts';
import {lateTickMs} from '../limits.ts';
import {type CoreTimer, type TimerQueue} from '../timer-queue.ts';
import {type AddressFilter, Membership} from './membership.ts';
import {type SwimMessage} from './messages.ts';
import {nodeState, type SwimNodeView} from './node-state.ts';
import {Prober} from './prober.ts';
import {PushPuller} from './push-puller.ts';
import {gossipOnce} from './gossip-round.ts';
import {type SwimConfig} from './swim-config.ts';
import {SwimContext, type SwimSelf} from './swim-context.ts';
import {type SwimDelegate} from './swim-delegate.ts';
import {type SwimEffect, type SwimInput} from './swim-step.ts';

export interface SwimOptions {
  readonly config: SwimConfig;
  readonly self: SwimSelf;
  readonly delegate: SwimDelegate;
  readonly timers: TimerQueue;
  readonly random: Random;
  /** Bytes that labels and encryption add to each datagram. */
  readonly overheadBytes: number;
  readonly refuseAddress: AddressFilter;
  readonly emit: (effect: SwimEffect) => void;
}

/**
 * SWIM as memberlist speaks it, without I/O: failure detection, dissemination and anti-entropy (SWIM, Das 2002;
 * Lifeguard, Dadgar 2017; gossip.md §5–10). Inputs go in through `step`; effects come out through `emit`, in order.
 */
export class SwimCore {
  readonly #context: SwimContext;
  readonly #membership: Membership;
  readonly #prober: Prober;
  readonly #pushPuller: PushPuller;
  #dialRef = 0;

  constructor(options: SwimOptions) {
    this.#context = new SwimContext(options);
    this.#membership = new Membership(this.#context, options.refuseAddress);
    const nextDialRef = (): number => ++this.#dialRef;
    this.#prober = new Prober(this.#context, this.#membership, nextDialRef);
    this.#pushPuller = new PushPuller(this.#context, this.#membership, nextDialRef);
  }

  /** Takes one input at a moment that must not lie before the last one's. */
  step(input: SwimInput, nowMs: number, random: Random): void {
    this.#context.nowMs = nowMs;
    this.#context.random = random;
    switch (input.kind) {
      case 'start': return this.#start();
      case 'tick': return this.#tick(input.afterPoll);
      case 'packet': return this.#packet(input.from, input.messages);
      case 'send-failed': return this.#prober.sendFailed(input.to);
      case 'stream-ping': {
        const isForUs = input.ping.Node === '' || input.ping.Node === this.#context.self.name;
        this.#context.emit({kind: 'answer-ping', stream: input.stream, seqNo: isForUs ? input.ping.SeqNo : null});
        return;
      }
      case 'push-pull-request': return this.#pushPuller.serve(input.stream, input.from, input.state);
      case 'dial-ping-result': return this.#prober.dialed(input.ref, input.acked);
      case 'dial-push-pull-result': return this.#pushPuller.dialed(input.ref, input.result);
    }
  }

  /** When a `tick` is due, on the clock of `step`. */
  get nextTickAtMs(): number {
    return this.#context.timers.nextAtMs;
  }

  /** 0 is healthy. */
  get healthScore(): number {
    return this.#context.awareness.score;
  }

  get nowMs(): number {
    return this.#context.nowMs;
  }

  get random(): Random {
    return this.#context.random;
  }

  /** Whether anybody else is there to hear us. */
  get hasLivePeers(): boolean {
    const {nodes, self} = this.#context;
    return nodes.all().some((node) => node.name !== self.name && (node.state === nodeState.alive || node.state === nodeState.suspect));
  }

  after(delayMs: number, fire: () => void): CoreTimer {
    return this.#context.after(delayMs, fire);
  }

  every(intervalMs: number, fire: () => void): void {
    this.#context.every(() => intervalMs, fire);
  }

  /** Synchronises fully with one address; `done` gets null or the error. */
  join(to: Endpoint, done: (error: Error | null, merged: boolean) => void): void {
    this.#pushPuller.dial(to, true, done);
  }

  /** Declares ourselves gone; the core goes on answering. */
  leave(done: () => void): void {
    this.#membership.leave(done);
  }

  sendUser(to: Endpoint, body: Uint8Array): void {
    this.#context.sendBare(to, {type: 'user', body});
  }

  pickRandom(count: number, fits: (node: SwimNodeView) => boolean): SwimNodeView[] {
    return this.#context.nodes.pickRandom(count, this.#context.random, fits);
  }

  #start(): void {
    const {config} = this.#context;
    this.#membership.announceSelf();
    this.#prober.start();
    this.#pushPuller.start();
    this.#context.every(() => config.gossipIntervalMs, () => gossipOnce(this.#context));
  }

  /**
   * A tick that comes late says that the loop was blocked. We doubt ourselves first; and what is due now (a suspicion, a
   * probe's deadline) may have been answered by what waits unread in the sockets, so it waits for one poll of them; a
   * probe under way gets the lost time back.
   */
  #tick(afterPoll: boolean): void {
    const context = this.#context;
    const lateMs = context.nowMs - context.timers.nextAtMs;
    if (!afterPoll && lateMs > lateTickMs) {
      context.awareness.apply(1);
      this.#prober.postpone(lateMs);
      context.emit({kind: 'poll-sockets'});
      return;
    }
    context.timers.runDue(context.nowMs);
  }

  #packet(from: Endpoint, messages: readonly SwimMessage[]): void {
    for (const message of messages) this.#message(from, message);
  }

  #message(from: Endpoint, message: SwimMessage): void {
    switch (message.type) {
      case 'ping': return this.#prober.ping(message.body, from);
      case 'indirect-ping':
        return this.#prober.indirectPing({...message.body, Target: shortestAddress(message.body.Target)}, from);
      case 'ack': return this.#prober.ack(message.body);
      case 'nack': return this.#prober.nack(message.body.SeqNo);
      case 'suspect': return this.#membership.suspect(message.body);
      case 'alive': return this.#membership.alive(message.body);
      case 'dead': return this.#membership.dead(message.body);
      case 'user': return this.#context.delegate.userMessage(message.body);
    }
  }
}
