import {type Random} from '../../runtime/random.ts';
import {asError, errorText} from '../../runtime/thrown.ts';
import {type Coordinate} from '../../schema/coordinate.ts';
import {type ByteString} from '../../wire/byte-string.ts';
import {type Endpoint} from '../endpoint.ts';
import {queueCheckIntervalMs} from '../limits.ts';
import {type EncodedMessage, type PushNodeState} from '../swim/messages.ts';
import {nodeState, type SwimNodeView} from '../swim/node-state.ts';
import {SwimCore} from '../swim/swim-core.ts';
import {type SwimDelegate} from '../swim/swim-delegate.ts';
import {type SwimInput} from '../swim/swim-step.ts';
import {TimerQueue} from '../timer-queue.ts';
import {JoinIntent, LeaveIntent, Query, QueryResponse, UserEvent} from '../wire/serf-schema.ts';
import {Coordinates} from './coordinates.ts';
import {type Member, memberOf} from './member.ts';
import {MemberTable} from './member-table.ts';
import {resolveNameConflict} from './name-conflict.ts';
import {Queries} from './queries.ts';
import {type Candidate, type SerfConfig} from './serf-config.ts';
import {SerfContext} from './serf-context.ts';
import {serfType} from './serf-message.ts';
import {type QueryParams, type SerfEffect, type SerfInput} from './serf-step.ts';
import {StateExchange} from './state-exchange.ts';
import {decodeTags, encodeTags} from './tags.ts';
import {UserEvents} from './user-events.ts';

/** Serf without I/O, on top of SWIM: members, intents, events, queries, coordinates [gossip.md §11–13]. */
export class SerfCore implements SwimDelegate {
  readonly #context: SerfContext;
  readonly #swim: SwimCore;
  readonly #members: MemberTable;
  readonly #events: UserEvents;
  readonly #queries: Queries;
  readonly #coordinates: Coordinates;
  readonly #exchange: StateExchange;
  readonly #effects: SerfEffect[] = [];
  #state: 'alive' | 'leaving' | 'left' = 'alive';

  constructor(config: SerfConfig, random: Random) {
    const emit = (effect: SerfEffect): void => void this.#effects.push(effect);
    this.#context = new SerfContext(config, emit);
    const vsn = String.fromCharCode(1, 5, 2, 2, config.delegateProtocolMax, config.delegateProtocol);
    this.#swim = new SwimCore({
      config: config.swim, delegate: this, timers: new TimerQueue(), random, emit, overheadBytes: config.overheadBytes,
      refuseAddress: config.refuseAddress,
      self: {name: config.name, endpoint: config.advertise, meta: encodeTags(config.tags), vsn},
    });
    this.#context.swim = this.#swim;
    this.#members = new MemberTable(this.#context);
    this.#coordinates = new Coordinates(this.#context);
    this.#members.onErase = (name) => this.#coordinates.forget(name);
    this.#events = new UserEvents(this.#context);
    this.#queries = new Queries(this.#context);
    this.#exchange = new StateExchange(this.#context, this.#members, this.#events, this.#queries);
    this.#restoreClocks();
  }

  #restoreClocks(): void {
    const {clock, eventClock, queryClock} = this.#context.config.restored;
    this.#context.clock.witness(clock);
    this.#events.ring.clock.witness(eventClock);
    this.#queries.ring.clock.witness(queryClock);
    this.#events.ring.minTime = eventClock + 1;
    this.#queries.ring.minTime = queryClock + 1;
  }

  /** Takes one input; the effects are to be performed in this order. `nowMs` never goes back. */
  step(input: SerfInput, nowMs: number, random: Random): readonly SerfEffect[] {
    switch (input.kind) {
      case 'join':
      case 'announce-join':
      case 'leave':
      case 'force-leave':
      case 'user-event':
      case 'query':
      case 'answer-query':
        this.#swim.step({kind: 'packet', from: this.#context.config.advertise, messages: []}, nowMs, random);
        this.#request(input);
        break;
      case 'start':
        this.#swim.step(input, nowMs, random);
        this.#members.start();
        this.#swim.every(queueCheckIntervalMs, () => this.#context.pruneQueues());
        break;
      default: this.#swim.step(input, nowMs, random);
    }
    return this.#effects.splice(0);
  }

  #request(input: Exclude<SerfInput, SwimInput>): void {
    switch (input.kind) {
      case 'join': return this.#join(input.ref, input.to, input.ignoreOld);
      case 'announce-join': return this.#members.announceJoin();
      case 'leave': return this.#leave(input.ref);
      case 'force-leave': return this.#forceLeave(input.ref, input.node, input.prune);
      case 'user-event': return this.#attempt(input.ref, () => this.#events.fire(input.name, input.payload, input.coalesce));
      case 'query': return this.#query(input.ref, input.params);
      case 'answer-query': return this.#attempt(input.ref, () => this.#queries.answer(input.query, input.payload));
    }
  }

  get nextTickAtMs(): number {
    return this.#swim.nextTickAtMs;
  }

  get state(): 'alive' | 'leaving' | 'left' {
    return this.#state;
  }

  members(): Member[] {
    return [...this.#context.members.values()].map(memberOf);
  }

  member(name: string): Member | undefined {
    const row = this.#context.members.get(name);
    return row === undefined ? undefined : memberOf(row);
  }

  /** Our own coordinate. */
  get coordinate(): Coordinate {
    return this.#coordinates.own;
  }

  /** The last coordinate heard of a member; undefined: none yet. */
  coordinateOf(name: string): Coordinate | undefined {
    return this.#coordinates.of(name);
  }

  /** Newest Lamport times seen, as a snapshot keeps them. */
  get clocks(): {clock: number; eventClock: number; queryClock: number} {
    return {clock: this.#context.clock.time - 1, eventClock: this.#events.ring.newestTime, queryClock: this.#queries.ring.newestTime};
  }

  get counters(): SerfCounters {
    const context = this.#context;
    return {
      coordinateResets: this.#coordinates.resets, eventQueue: context.events.length, eventTime: this.#events.ring.clock.time,
      failed: this.#members.names('failed').length, healthScore: this.#swim.healthScore, intentQueue: context.intents.length,
      left: this.#members.names('left').length, memberTime: context.clock.time, members: context.members.size,
      queryQueue: context.queries.length, queryTime: this.#queries.ring.clock.time,
    };
  }

  get liveCount(): number {
    return this.#context.liveCount;
  }

  #done(ref: number, error: Error | null = null): void {
    this.#context.emit({kind: 'done', ref, error});
  }

  #attempt(ref: number, action: () => void): void {
    try {
      action();
      this.#done(ref);
    } catch (error) {
      this.#done(ref, asError(error));
    }
  }

  #join(ref: number, to: Endpoint, ignoreOld: boolean): void {
    if (this.#state !== 'alive') return this.#done(ref, new Error("Serf can't Join after Leave or Shutdown"));
    if (ignoreOld) this.#exchange.ignoreOldJoins++;
    this.#swim.join(to, (error) => {
      if (ignoreOld) this.#exchange.ignoreOldJoins--;
      this.#done(ref, error);
    });
  }

  /** Intent, then the word that we are gone, then time for both to spread; we answer all the while [gossip.md §11.7]. */
  #leave(ref: number): void {
    if (this.#state !== 'alive') return this.#done(ref, new Error('Leave already in progress'));
    const {config} = this.#context;
    this.#state = 'leaving';
    this.#members.isRunning = false;
    const finish = (): void => {
      this.#swim.after(config.leavePropagateDelayMs, () => {
        this.#state = 'left';
        this.#done(ref);
      });
    };
    const goneTold = this.#once(config.broadcastTimeoutMs, 'timeout waiting for leave broadcast', finish);
    const intentTold = this.#once(config.broadcastTimeoutMs, 'timeout while waiting for graceful leave', () => {
      this.#swim.leave(goneTold);
      if (!this.#swim.hasLivePeers) goneTold();
    });
    this.#members.announceLeave(config.name, false, intentTold);
  }

  /** Calls `then` once: when the returned function is called, or when time is up. */
  #once(timeoutMs: number, complaint: string, then: () => void): () => void {
    let isDone = false;
    const finish = (): void => {
      if (isDone) return;
      isDone = true;
      then();
    };
    this.#swim.after(timeoutMs, () => {
      if (!isDone) this.#context.log('warn', complaint);
      finish();
    });
    return finish;
  }

  #forceLeave(ref: number, node: string, prune: boolean): void {
    let isDone = false;
    const finish = (error: Error | null): void => {
      if (isDone) return;
      isDone = true;
      this.#done(ref, error);
    };
    this.#swim.after(this.#context.config.broadcastTimeoutMs, () => finish(new Error('timed out broadcasting node removal')));
    this.#members.announceLeave(node, prune, () => finish(null));
  }

  #query(ref: number, params: QueryParams): void {
    const {emit} = this.#context;
    this.#attempt(ref, () => this.#queries.ask(params, {
      ack: (from) => emit({kind: 'query-ack', ref, from}),
      answer: (from, payload) => emit({kind: 'query-answer', ref, from, payload}),
      end: () => emit({kind: 'query-end', ref}),
    }));
  }

  userMessage(body: Uint8Array): void {
    try {
      this.#takeMessage(body);
    } catch (error) {
      this.#context.log('warn', `Failed to decode a message: ${errorText(error)}`, 'serf message');
    }
  }

  #takeMessage(body: Uint8Array): void {
    const context = this.#context;
    switch (body[0]) {
      case serfType.leave:
        if (this.#members.leaveIntent(LeaveIntent.fromMsgpack(body, 1))) context.broadcast(context.intents, body);
        return;
      case serfType.join:
        if (this.#members.joinIntent(JoinIntent.fromMsgpack(body, 1))) context.broadcast(context.intents, body);
        return;
      case serfType.userEvent:
        if (this.#events.take(UserEvent.fromMsgpack(body, 1))) context.broadcast(context.events, body);
        return;
      case serfType.query:
        if (this.#queries.take(Query.fromMsgpack(body, 1))) context.broadcast(context.queries, body);
        return;
      case serfType.queryResponse: return this.#queries.response(QueryResponse.fromMsgpack(body, 1));
      case serfType.relay: return this.#queries.relay(body);
      default: context.log('warn', `Received message of unknown type: ${body[0] ?? 'none'}`, 'serf message type');
    }
  }

  takeBroadcasts(overheadBytes: number, limitBytes: number, into: EncodedMessage[]): void {
    this.#context.takeBroadcasts(overheadBytes, limitBytes, into);
  }

  hasBroadcasts(): boolean {
    return this.#context.hasBroadcasts;
  }

  localState(): Uint8Array {
    return this.#exchange.encode();
  }

  mergeRemoteState(bytes: Uint8Array, join: boolean): void {
    this.#exchange.merge(bytes, join);
  }

  nodeJoined(node: SwimNodeView): void {
    this.#members.joined(node);
  }

  nodeUpdated(node: SwimNodeView): void {
    this.#members.updated(node);
  }

  nodeLeft(node: SwimNodeView): void {
    this.#members.gone(node);
  }

  nameConflict(existing: SwimNodeView, other: Endpoint): void {
    if (existing.name === this.#context.config.name) resolveNameConflict(this.#context, this.#queries, other);
  }

  refuseAlive(node: PushNodeState): string | null {
    return this.refuseMerge([node]);
  }

  refuseMerge(nodes: readonly PushNodeState[]): string | null {
    const {mergeCheck} = this.#context.config;
    if (mergeCheck === null) return null;
    const candidates: Candidate[] = [];
    for (const node of nodes) {
      try {
        candidates.push({name: node.Name, endpoint: {addr: node.Addr, port: node.Port}, tags: decodeTags(node.Meta),
          status: statusOf(node.State)});
      } catch (error) {
        return `tags of '${node.Name}' cannot be read: ${errorText(error)}`;
      }
    }
    return mergeCheck(candidates);
  }

  ackPayload(): ByteString {
    return this.#coordinates.payload();
  }

  probeAcked(node: SwimNodeView, rttMs: number, payload: ByteString | null): void {
    this.#coordinates.learn(node, rttMs, payload);
  }
}

export interface SerfCounters {
  readonly coordinateResets: number;
  readonly eventQueue: number;
  readonly eventTime: number;
  readonly failed: number;
  readonly healthScore: number;
  readonly intentQueue: number;
  readonly left: number;
  readonly memberTime: number;
  readonly members: number;
  readonly queryQueue: number;
  readonly queryTime: number;
}

function statusOf(state: number): Candidate['status'] {
  switch (state) {
    case nodeState.alive: return 'alive';
    case nodeState.left: return 'left';
    case nodeState.dead: return 'failed';
    default: return 'none';
  }
}
