import {type Member, type Membership} from '../../server/membership.ts';

/** A pool of one: this agent. */
export class LoneMembership implements Membership {
  readonly #self: Member;

  constructor(self: Pick<Member, 'name' | 'address' | 'port' | 'tags'>) {
    this.#self = {...self, status: 'alive', protocolMin: 1, protocolMax: 5, protocolCur: 2, delegateMin: 2, delegateMax: 5, delegateCur: 4};
  }

  members(): readonly Member[] {
    return [this.#self];
  }

  local(): Member {
    return this.#self;
  }

  /** Nobody comes or goes. */
  onEvent(): () => void {
    return () => undefined;
  }
}
