import {errorText} from '../../runtime/thrown.ts';
import {type TypeOf} from '../../schema/struct.ts';
import {PushPullUserState} from '../wire/serf-schema.ts';
import {type MemberTable} from './member-table.ts';
import {type Queries} from './queries.ts';
import {type SerfContext} from './serf-context.ts';
import {serfType} from './serf-message.ts';
import {type UserEvents} from './user-events.ts';

/** Serf's part of a push/pull: clocks, who left, and the last events [gossip.md §11.5]. */
export class StateExchange {
  readonly #context: SerfContext;
  readonly #members: MemberTable;
  readonly #events: UserEvents;
  readonly #queries: Queries;
  /** Joins under way that want no events from before them. */
  ignoreOldJoins = 0;

  constructor(context: SerfContext, members: MemberTable, events: UserEvents, queries: Queries) {
    this.#context = context;
    this.#members = members;
    this.#events = events;
    this.#queries = queries;
  }

  encode(): Uint8Array {
    const {clock, members} = this.#context;
    const Events = Array.from(this.#events.ring.slots(), (slot) => (slot === undefined ? null :
      {Events: slot.entries.map(({name, payload}) => ({Name: name, Payload: payload})), LTime: slot.time}));
    return PushPullUserState.toMsgpack({
      EventLTime: this.#events.ring.clock.time, Events, LTime: clock.time, LeftMembers: this.#members.names('left'),
      QueryLTime: this.#queries.ring.clock.time,
      StatusLTimes: new Map([...members.values()].map((row) => [row.name, row.statusLTime])),
    }, {typeByte: serfType.pushPull});
  }

  /** Takes over what a peer knows; `join`: in the exchange by which one of us joined. */
  merge(bytes: Uint8Array, join: boolean): void {
    if (bytes[0] !== serfType.pushPull) return this.#context.log('error', `Remote state has bad type prefix: ${bytes[0]}`, 'push-pull state');
    try {
      this.#take(PushPullUserState.fromMsgpack(bytes, 1), join);
    } catch (error) {
      this.#context.log('error', `Failed to decode remote state: ${errorText(error)}`, 'push-pull state');
    }
  }

  #take(state: TypeOf<typeof PushPullUserState>, join: boolean): void {
    if (state.LTime > 0) this.#context.clock.witness(state.LTime - 1);
    if (state.EventLTime > 0) this.#events.ring.clock.witness(state.EventLTime - 1);
    if (state.QueryLTime > 0) this.#queries.ring.clock.witness(state.QueryLTime - 1);
    const left = new Set(state.LeftMembers ?? []);
    const times = state.StatusLTimes ?? new Map<string, number>();
    for (const name of left) this.#members.leaveIntent({LTime: (times.get(name) ?? 0) + 1, Node: name, Prune: false});
    for (const [name, ltime] of times) if (!left.has(name)) this.#members.joinIntent({LTime: ltime, Node: name});
    const ring = this.#events.ring;
    if (join && this.ignoreOldJoins > 0) ring.minTime = Math.max(ring.minTime, state.EventLTime);
    for (const slot of state.Events ?? []) {
      for (const event of slot?.Events ?? []) {
        this.#events.take({CC: false, LTime: slot?.LTime ?? 0, Name: event.Name, Payload: event.Payload});
      }
    }
  }
}
