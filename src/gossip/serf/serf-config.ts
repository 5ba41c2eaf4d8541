import {type Endpoint} from '../endpoint.ts';
import {userEventBytesMax} from '../limits.ts';
import {type SwimConfig} from '../swim/swim-config.ts';
import {type Member} from './member.ts';
import {type Tags} from './serf-message.ts';

/** A member that wants in: what the merge check of a pool's owner judges. */
export type Candidate = Pick<Member, 'name' | 'endpoint' | 'tags' | 'status'>;

/** The settings of a Serf pool [gossip.md §6]; times in milliseconds. */
export interface SerfConfig {
  readonly name: string;
  readonly advertise: Endpoint;
  readonly tags: Tags;
  readonly swim: SwimConfig;
  /** Serf protocol, 2 to 5; Consul speaks 4. */
  readonly delegateProtocol: number;
  readonly delegateProtocolMax: number;
  readonly broadcastTimeoutMs: number;
  readonly leavePropagateDelayMs: number;
  readonly reapIntervalMs: number;
  readonly reconnectIntervalMs: number;
  readonly reconnectTimeoutMs: number;
  readonly tombstoneTimeoutMs: number;
  readonly recentIntentTimeoutMs: number;
  readonly queryTimeoutMult: number;
  readonly queueDepthMin: number;
  readonly userEventBytesMax: number;
  readonly resolvesNameConflicts: boolean;
  /** Why these may not be in our pool (null: they may); for each alive message, and for whole joins. */
  readonly mergeCheck: ((candidates: readonly Candidate[]) => string | null) | null;
  /** A member's own time until it is reaped, in ms; undefined: the pool's. */
  readonly reapAfterMs: (member: Member) => number | undefined;
  readonly refuseAddress: (endpoint: Endpoint) => string | null;
  /** Clocks of the last run. */
  readonly restored: {readonly clock: number; readonly eventClock: number; readonly queryClock: number};
  readonly overheadBytes: number;
}

/** Times and sizes as Consul sets them. */
export const consulSerfTimes = {
  delegateProtocol: 4, delegateProtocolMax: 5, broadcastTimeoutMs: 5000, leavePropagateDelayMs: 3000, reapIntervalMs: 15_000,
  reconnectIntervalMs: 30_000, reconnectTimeoutMs: 72 * 3_600_000, tombstoneTimeoutMs: 24 * 3_600_000,
  recentIntentTimeoutMs: 300_000, queryTimeoutMult: 16, queueDepthMin: 4096, userEventBytesMax,
} as const;
