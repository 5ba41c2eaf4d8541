import {type Member, type MemberEvent, type Membership} from '../../src/server/membership.ts';

/** A pool whose members the test changes. */
export class ChangingPool implements Membership {
  #members: readonly Member[] = [];
  readonly #listeners = new Set<(event: MemberEvent) => void>();
  reads = 0;

  members(): readonly Member[] {
    this.reads++;
    return this.#members;
  }

  local(): Member {
    const [first] = this.#members;
    if (first === undefined) throw new Error('an empty pool');
    return first;
  }

  onEvent(listener: (event: MemberEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  become(...members: Member[]): void {
    this.#members = members;
    this.#tell({type: 'member-update', members});
  }

  /** A member of the pool goes, and says so. */
  leave(name: string): void {
    this.#members = this.#members.map((member) => (member.name === name ? {...member, status: 'left'} : member));
    this.#tell({type: 'member-leave', members: this.#members.filter((member) => member.name === name)});
  }

  #tell(event: MemberEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** An agent as its tags describe it; a server unless `role` says otherwise. */
export function member(name: string, set: {dc?: string; status?: Member['status']; role?: string; address?: string; version?: string} = {}): Member {
  const {dc = 'dc1', status = 'alive', role = 'consul', address = '10.0.0.1', version = '1.21.4'} = set;
  return {
    name, address, port: 8301, status, protocolMin: 1, protocolMax: 5, protocolCur: 2, delegateMin: 2, delegateMax: 5, delegateCur: 4,
    tags: {role, dc, id: `id-${name}`, port: '8300', vsn: '2', build: `${version}:`},
  };
}
