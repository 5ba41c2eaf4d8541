import {type Random, seededRandom} from '../../../src/runtime/random.ts';
import {type Endpoint} from '../../../src/gossip/endpoint.ts';
import {consulSerfTimes, type SerfConfig} from '../../../src/gossip/serf/serf-config.ts';
import {SerfCore} from '../../../src/gossip/serf/serf-core.ts';
import {type SerfEffect, type SerfEvent, type SerfInput} from '../../../src/gossip/serf/serf-step.ts';
import {consulLanSwimConfig} from '../../../src/gossip/swim/swim-config.ts';
import {type PushPullState} from '../../../src/gossip/swim/messages.ts';
import {TimerQueue} from '../../../src/gossip/timer-queue.ts';

export interface Faults {
  /** Share of datagrams lost, doubled, and delayed past others. */
  loss: number;
  duplication: number;
  reordering: number;
}

export interface SimMember {
  readonly name: string;
  readonly index: number;
  readonly core: SerfCore;
  readonly events: {readonly atMs: number; readonly event: SerfEvent}[];
  isUp: boolean;
  /** Its loop does nothing before this moment; what comes meanwhile waits, timers first. */
  blockedUntilMs: number;
  readonly inbox: SerfInput[];
  tickAtMs: number;
  packets: number;
  bytes: number;
}

/** A pool of Serf cores on one virtual clock and one seeded network. */
export class GossipWorld {
  readonly members: SimMember[] = [];
  readonly faults: Faults = {loss: 0, duplication: 0, reordering: 0};
  /** Side of the network each member is on; members of different sides do not hear each other. */
  readonly sides: number[] = [];
  /** Members' `bytes` are counted; looking at each message again is not free. */
  countsBytes = false;
  nowMs = 0;
  readonly #random: Random;
  readonly #queue = new TimerQueue();
  #stream = 0;
  readonly #answers = new Map<number, (state: PushPullState | null, acked: boolean) => void>();
  #ref = 1_000_000;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  add(): SimMember {
    const index = this.members.length;
    const config: SerfConfig = {
      ...consulSerfTimes, name: `n${index}`, advertise: endpointOf(index), tags: {role: 'node'}, swim: consulLanSwimConfig,
      resolvesNameConflicts: false, mergeCheck: null, reapAfterMs: () => undefined, refuseAddress: () => null,
      restored: {clock: 0, eventClock: 0, queryClock: 0}, overheadBytes: 0,
    };
    const member: SimMember = {name: config.name, index, core: new SerfCore(config, this.#random), events: [], isUp: true,
      blockedUntilMs: 0, inbox: [], tickAtMs: Infinity, packets: 0, bytes: 0};
    this.members.push(member);
    this.sides.push(0);
    this.input(member, {kind: 'start'});
    return member;
  }

  /** A pool of `count` in which each joined the first. */
  grow(count: number): void {
    for (let i = 0; i < count; i++) {
      const member = this.add();
      if (i > 0) this.join(member, 0);
    }
  }

  join(member: SimMember, to: number): void {
    this.input(member, {kind: 'join', ref: ++this.#ref, to: endpointOf(to), ignoreOld: true});
    this.at(1000, () => this.input(member, {kind: 'announce-join'}));
  }

  crash(member: SimMember): void {
    member.isUp = false;
  }

  at(delayMs: number, action: () => void): void {
    this.#queue.set(this.nowMs + delayMs, action);
  }

  run(ms: number): void {
    const endMs = this.nowMs + ms;
    while (this.#queue.nextAtMs <= endMs) {
      this.nowMs = this.#queue.nextAtMs;
      this.#queue.runDue(this.nowMs);
    }
    this.nowMs = endMs;
  }

  input(member: SimMember, input: SerfInput): void {
    if (!member.isUp) return;
    if (this.nowMs < member.blockedUntilMs) {
      member.inbox.push(input);
      return;
    }
    for (const effect of member.core.step(input, this.nowMs, this.#random)) this.#perform(member, effect);
    this.#arm(member);
  }

  /** Stops a member's loop for a time. Afterwards Node runs timers first, then reads what waited. */
  block(member: SimMember, ms: number): void {
    member.blockedUntilMs = this.nowMs + ms;
    this.at(ms, () => {
      if (!member.isUp || this.nowMs < member.blockedUntilMs) return;
      if (member.core.nextTickAtMs <= this.nowMs) this.input(member, {kind: 'tick', afterPoll: false});
      for (const input of member.inbox.splice(0)) this.input(member, input);
      this.#arm(member);
    });
  }

  /** Names of members that `member` holds to be in a status. */
  names(member: SimMember, status: string): string[] {
    return member.core.members().filter((m) => m.status === status).map((m) => m.name);
  }

  #arm(member: SimMember): void {
    const atMs = Math.max(this.nowMs, member.core.nextTickAtMs);
    if (atMs >= member.tickAtMs && member.tickAtMs > this.nowMs) return;
    member.tickAtMs = atMs;
    this.#queue.set(atMs, () => {
      if (member.tickAtMs !== atMs) return;
      member.tickAtMs = Infinity;
      if (this.nowMs >= member.blockedUntilMs) this.input(member, {kind: 'tick', afterPoll: false});
    });
  }

  #perform(from: SimMember, effect: SerfEffect): void {
    switch (effect.kind) {
      case 'send-packet': return this.#packet(from, effect);
      case 'dial-ping':
      case 'dial-push-pull': return this.#dial(from, effect);
      case 'answer-ping': return this.#answers.get(effect.stream)?.(null, effect.seqNo !== null);
      case 'answer-push-pull': return this.#answers.get(effect.stream)?.(effect.state, false);
      case 'poll-sockets': return this.at(0, () => this.input(from, {kind: 'tick', afterPoll: true}));
      case 'event': from.events.push({atMs: this.nowMs, event: effect.event}); return;
      default:
    }
  }

  #packet(from: SimMember, effect: Extract<SerfEffect, {kind: 'send-packet'}>): void {
    from.packets++;
    if (this.countsBytes) for (const part of effect.parts) from.bytes += part.bytes.length + 2;
    const to = this.members[indexOf(effect.to)];
    if (to === undefined) return;
    const copies = this.#random.float() < this.faults.duplication ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (this.#random.float() < this.faults.loss || !this.#reaches(from, to)) continue;
      const messages = effect.parts.map((part) => part.message);
      this.at(this.#delayMs(), () => this.input(to, {kind: 'packet', from: endpointOf(from.index), messages}));
    }
  }

  /** TCP: reliable, but it reaches nobody who is down, away or blocked too long. */
  #dial(from: SimMember, effect: Extract<SerfEffect, {kind: 'dial-ping' | 'dial-push-pull'}>): void {
    const to = this.members[indexOf(effect.to)];
    const {ref} = effect;
    let isDone = false;
    const finish = (state: PushPullState | null, acked: boolean): void => {
      if (isDone) return;
      isDone = true;
      this.input(from, effect.kind === 'dial-ping' ? {kind: 'dial-ping-result', ref, acked}
        : {kind: 'dial-push-pull-result', ref, result: state ?? new Error('i/o timeout')});
    };
    this.at(effect.timeoutMs, () => finish(null, false));
    if (to === undefined) return;
    this.at(this.#delayMs(), () => {
      if (!to.isUp || !this.#reaches(from, to)) return;
      const stream = ++this.#stream;
      this.#answers.set(stream, (state, acked) => {
        this.#answers.delete(stream);
        if (this.#reaches(from, to)) this.at(this.#delayMs(), () => finish(state, acked));
      });
      this.input(to, effect.kind === 'dial-ping' ? {kind: 'stream-ping', stream, ping: effect.ping}
        : {kind: 'push-pull-request', stream, from: endpointOf(from.index), state: effect.state});
    });
  }

  #delayMs(): number {
    const late = this.#random.float() < this.faults.reordering ? 60 * this.#random.float() : 0;
    return 0.2 + 2 * this.#random.float() + late;
  }

  #reaches(a: SimMember, b: SimMember): boolean {
    return this.sides[a.index] === this.sides[b.index];
  }
}

function endpointOf(index: number): Endpoint {
  return {addr: String.fromCharCode(10, 0, index >> 8, index & 0xff), port: 8301};
}

function indexOf(endpoint: Endpoint): number {
  return (endpoint.addr.charCodeAt(2) << 8) | endpoint.addr.charCodeAt(3);
}
