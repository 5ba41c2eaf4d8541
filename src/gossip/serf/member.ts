import {type Endpoint} from '../endpoint.ts';
import {type Tags} from './serf-message.ts';

export type MemberStatus = 'none' | 'alive' | 'leaving' | 'left' | 'failed';

/** Status numbers of Serf [gossip.md §11.4]. */
export const statusNumber: Readonly<Record<MemberStatus, number>> = {none: 0, alive: 1, leaving: 2, left: 3, failed: 4};

/** A member of the pool as its users see it. */
export interface Member {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly tags: Tags;
  readonly status: MemberStatus;
  readonly protocolMin: number;
  readonly protocolMax: number;
  readonly protocolCur: number;
  readonly delegateMin: number;
  readonly delegateMax: number;
  readonly delegateCur: number;
}

/** A member as the core keeps it. */
export interface MemberRow {
  name: string;
  endpoint: Endpoint;
  meta: string;
  tags: Tags;
  vsn: string;
  status: MemberStatus;
  statusLTime: number;
  /** When it failed or left, monotonic. */
  goneAtMs: number;
}

/** A row as others see it, its protocol versions read from the six bytes that came with it. */
export function memberOf(row: MemberRow): Member {
  const version = (at: number): number => (at < row.vsn.length ? row.vsn.charCodeAt(at) : 0);
  return {
    name: row.name, endpoint: row.endpoint, tags: row.tags, status: row.status,
    protocolMin: version(0), protocolMax: version(1), protocolCur: version(2),
    delegateMin: version(3), delegateMax: version(4), delegateCur: version(5),
  };
}
