import {errorText} from '../../runtime/thrown.ts';
import {addressText, endpointText} from '../endpoint.ts';
import {recentIntentsMax} from '../limits.ts';
import {type SwimNodeView} from '../swim/node-state.ts';
import {JoinIntent, LeaveIntent} from '../wire/serf-schema.ts';
import {memberOf, type MemberRow} from './member.ts';
import {type SerfContext} from './serf-context.ts';
import {type JoinIntentBody, type LeaveIntentBody, serfType, type Tags} from './serf-message.ts';
import {type MemberEventType} from './serf-step.ts';
import {decodeTags} from './tags.ts';

interface RecentIntent {
  readonly type: 'join' | 'leave';
  readonly ltime: number;
  readonly atMs: number;
}

/** Serf's own table of members and the intents that change it [gossip.md §11.4]. */
export class MemberTable {
  readonly #context: SerfContext;
  readonly #recent = new Map<string, RecentIntent>();
  /** While we leave, an intent about us is no accusation. */
  isRunning = true;

  constructor(context: SerfContext) {
    this.#context = context;
  }

  start(): void {
    const {config, swim} = this.#context;
    swim.every(config.reapIntervalMs, () => this.#reap());
    swim.every(config.reconnectIntervalMs, () => this.#reconnect());
  }

  joined(node: SwimNodeView): void {
    const {members} = this.#context;
    const known = members.get(node.name);
    const row: MemberRow = known ?? {name: node.name, endpoint: node.endpoint, meta: node.meta, tags: {}, vsn: node.vsn,
      status: 'alive', statusLTime: 0, goneAtMs: 0};
    row.status = 'alive';
    this.#refresh(row, node);
    if (known === undefined) {
      members.set(node.name, row);
      const intent = this.#recent.get(node.name);
      this.#recent.delete(node.name);
      if (intent !== undefined) {
        row.statusLTime = intent.ltime;
        if (intent.type === 'leave') row.status = 'leaving';
      }
    }
    this.#context.log('info', `EventMemberJoin: ${node.name} ${addressText(node.endpoint.addr)}`);
    this.#event('member-join', row);
  }

  updated(node: SwimNodeView): void {
    const row = this.#context.members.get(node.name);
    if (row === undefined) return;
    this.#refresh(row, node);
    this.#event('member-update', row);
  }

  gone(node: SwimNodeView): void {
    const row = this.#context.members.get(node.name);
    if (row === undefined) return;
    if (row.status === 'leaving') this.#setGone(row, 'left');
    else if (row.status === 'alive') this.#setGone(row, 'failed');
    else this.#context.log('warn', `Bad state when leave: ${row.status}`);
  }

  /** True if it is news and must be passed on. */
  joinIntent(intent: JoinIntentBody): boolean {
    this.#context.clock.witness(intent.LTime);
    const row = this.#context.members.get(intent.Node);
    if (row === undefined) return this.#remember(intent.Node, 'join', intent.LTime);
    if (intent.LTime <= row.statusLTime) return false;
    row.statusLTime = intent.LTime;
    if (row.status === 'leaving') row.status = 'alive';
    return true;
  }

  /** True if it is news and must be passed on. */
  leaveIntent(intent: LeaveIntentBody): boolean {
    const {clock, config, members} = this.#context;
    clock.witness(intent.LTime);
    const row = members.get(intent.Node);
    if (row === undefined) return this.#remember(intent.Node, 'leave', intent.LTime);
    if (intent.LTime <= row.statusLTime) return false;
    if (row.name === config.name && this.isRunning) {
      this.#context.log('debug', 'Refuting an older leave intent');
      this.announceJoin();
      return false;
    }
    row.statusLTime = intent.LTime;
    if (row.status === 'alive') row.status = 'leaving';
    else if (row.status === 'failed') this.#setGone(row, 'left');
    if (intent.Prune) this.#prune(row);
    return true;
  }

  /** Says that we are here, and mean it. */
  announceJoin(): void {
    const {clock, config, intents} = this.#context;
    const intent = {LTime: clock.time, Node: config.name};
    clock.witness(intent.LTime);
    this.joinIntent(intent);
    this.#context.broadcast(intents, JoinIntent.toMsgpack(intent, {typeByte: serfType.join}));
  }

  /** Says that a member leaves; `done` when the pool was told. */
  announceLeave(node: string, prune: boolean, done: () => void): void {
    const {clock, intents, swim} = this.#context;
    const intent = {LTime: clock.time, Node: node, Prune: prune};
    clock.increment();
    this.leaveIntent(intent);
    if (!swim.hasLivePeers) return done();
    this.#context.broadcast(intents, LeaveIntent.toMsgpack(intent, {typeByte: serfType.leave}), done);
  }

  names(status: MemberRow['status']): string[] {
    return [...this.#context.members.values()].filter((row) => row.status === status).map((row) => row.name);
  }

  #refresh(row: MemberRow, node: SwimNodeView): void {
    row.endpoint = node.endpoint;
    row.vsn = node.vsn;
    if (row.meta !== node.meta || Object.keys(row.tags).length === 0) row.tags = this.#tags(node);
    row.meta = node.meta;
  }

  #tags(node: SwimNodeView): Tags {
    try {
      return decodeTags(node.meta);
    } catch (error) {
      this.#context.log('error', `Failed to decode tags of ${node.name}: ${errorText(error)}`, `tags:${node.name}`);
      return {};
    }
  }

  #setGone(row: MemberRow, status: 'left' | 'failed'): void {
    row.status = status;
    row.goneAtMs = this.#context.nowMs;
    this.#context.log('info', `EventMember${status === 'left' ? 'Leave' : 'Failed'}: ${row.name} ${addressText(row.endpoint.addr)}`);
    this.#event(status === 'left' ? 'member-leave' : 'member-failed', row);
  }

  /** A leaving member is given the time its leave takes before it is forgotten. */
  #prune(row: MemberRow): void {
    const {config, swim, members} = this.#context;
    const delayMs = row.status === 'leaving' ? config.broadcastTimeoutMs + config.leavePropagateDelayMs : 0;
    if (delayMs === 0) return this.#erase(row, ' (forced)');
    swim.after(delayMs, () => {
      if (members.get(row.name) === row && row.status !== 'alive') this.#erase(row, ' (forced)');
    });
  }

  #erase(row: MemberRow, how = ''): void {
    this.#context.members.delete(row.name);
    this.onErase(row.name);
    this.#context.log('info', `EventMemberReap${how}: ${row.name}`);
    this.#event('member-reap', row);
  }

  /** Called with the name of each member that is forgotten. */
  onErase: (name: string) => void = () => undefined;

  #reap(): void {
    const {config, members, nowMs} = this.#context;
    for (const row of [...members.values()]) {
      if (row.status !== 'failed' && row.status !== 'left') continue;
      const poolMs = row.status === 'failed' ? config.reconnectTimeoutMs : config.tombstoneTimeoutMs;
      if (nowMs - row.goneAtMs > (config.reapAfterMs(memberOf(row)) ?? poolMs)) this.#erase(row);
    }
    for (const [name, intent] of this.#recent) {
      if (nowMs - intent.atMs > config.recentIntentTimeoutMs) this.#recent.delete(name);
    }
  }

  #reconnect(): void {
    const {members, swim} = this.#context;
    const failed = [...members.values()].filter((row) => row.status === 'failed');
    const left = this.names('left').length;
    const chance = failed.length / Math.max(1, members.size - failed.length - left);
    const row = failed[swim.random.below(Math.max(1, failed.length))];
    if (row === undefined || !this.isRunning || swim.random.float() > chance) return;
    this.#context.log('info', `attempting reconnect to ${row.name} ${endpointText(row.endpoint)}`);
    swim.join(row.endpoint, (error) => {
      if (error !== null) this.#context.log('debug', `reconnect to ${row.name} failed: ${error.message}`);
    });
  }

  #remember(name: string, type: 'join' | 'leave', ltime: number): boolean {
    const known = this.#recent.get(name);
    if (known !== undefined && ltime <= known.ltime) return false;
    if (known === undefined && this.#recent.size >= recentIntentsMax) return false;
    this.#recent.set(name, {type, ltime, atMs: this.#context.nowMs});
    return true;
  }

  #event(type: MemberEventType, row: MemberRow): void {
    this.#context.emit({kind: 'event', event: {type, members: [memberOf(row)]}});
  }
}
