import {addressText} from '../../gossip/endpoint.ts';
import {type Serf} from '../../gossip/serf.ts';
import {type Member as SerfMember} from '../../gossip/serf/member.ts';
import {type PoolEvent} from '../../gossip/serf-options.ts';
import {type Member, type MemberEvent, type Membership} from '../../server/membership.ts';
import {type ByteString} from '../../wire/byte-string.ts';

/** A user event as it came from the pool. */
export interface UserEvent {
  readonly name: string;
  readonly payload: ByteString;
  readonly ltime: number;
}

/** A Serf pool that this agent is in. Before it is opened it has one member, this agent. */
export class GossipPool implements Membership {
  readonly #self: Member;
  readonly #open: (onEvent: (event: PoolEvent) => void) => Promise<Serf>;
  readonly #memberListeners = new Set<(event: MemberEvent) => void>();
  readonly #userListeners = new Set<(event: UserEvent) => void>();
  #serf: Serf | undefined;

  /** @param open binds the sockets; it is given where the pool's events go */
  constructor(self: Pick<Member, 'name' | 'address' | 'port' | 'tags'>, open: (onEvent: (event: PoolEvent) => void) => Promise<Serf>) {
    this.#self = {...self, status: 'alive', protocolMin: 1, protocolMax: 5, protocolCur: 2, delegateMin: 2, delegateMax: 5, delegateCur: 4};
    this.#open = open;
  }

  /** @throws Error for an address that is taken */
  async open(): Promise<void> {
    this.#serf = await this.#open((event) => this.#deliver(event));
  }

  /** The engine. @throws Error before `open` */
  get serf(): Serf {
    if (this.#serf === undefined) throw new Error('the gossip pool is not open yet');
    return this.#serf;
  }

  members(): readonly Member[] {
    return this.#serf === undefined ? [this.#self] : this.#serf.members().flatMap(memberOf);
  }

  local(): Member {
    const [own] = this.#serf === undefined ? [] : memberOf(this.#serf.localMember());
    return own ?? this.#self;
  }

  onEvent(listener: (event: MemberEvent) => void): () => void {
    this.#memberListeners.add(listener);
    return () => this.#memberListeners.delete(listener);
  }

  /** @returns ends the subscription */
  onUserEvent(listener: (event: UserEvent) => void): () => void {
    this.#userListeners.add(listener);
    return () => this.#userListeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#serf?.shutdown();
  }

  #deliver(event: PoolEvent): void {
    if (event.type === 'user') for (const listener of this.#userListeners) listener(event);
    if (event.type === 'user' || event.type === 'query') return;
    const told: MemberEvent = {type: event.type, members: event.members.flatMap(memberOf)};
    for (const listener of this.#memberListeners) listener(told);
  }
}

/** Nothing for a name that Serf has only heard of. */
function memberOf({endpoint, status, ...member}: SerfMember): Member[] {
  return status === 'none' ? [] : [{...member, status, address: addressText(endpoint.addr), port: endpoint.port}];
}
