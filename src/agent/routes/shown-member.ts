import {type Member} from '../../server/membership.ts';

const statuses = {alive: 1, leaving: 2, left: 3, failed: 4} as const;

export interface ShownMember {
  readonly Name: string;
  readonly Addr: string;
  readonly Port: number;
  readonly Tags: Readonly<Record<string, string>>;
  readonly Status: number;
  readonly ProtocolMin: number;
  readonly ProtocolMax: number;
  readonly ProtocolCur: number;
  readonly DelegateMin: number;
  readonly DelegateMax: number;
  readonly DelegateCur: number;
}

/** A member as `/v1/agent/self` and `/v1/agent/members` show it (http-core.md §7.1, §7.4). */
export function shownMember(member: Member): ShownMember {
  return {
    Name: member.name,
    Addr: member.address,
    Port: member.port,
    Tags: Object.fromEntries(Object.entries(member.tags).sort(([a], [b]) => (a < b ? -1 : 1))),
    Status: statuses[member.status],
    ProtocolMin: member.protocolMin,
    ProtocolMax: member.protocolMax,
    ProtocolCur: member.protocolCur,
    DelegateMin: member.delegateMin,
    DelegateMax: member.delegateMax,
    DelegateCur: member.delegateCur,
  };
}
