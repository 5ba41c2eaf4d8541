import {type Clock} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type Endpoint} from './endpoint.ts';
import {type GossipTransport, type TransportReceiver} from './gossip-transport.ts';
import {type ResolveHost} from './join-address.ts';
import {type Member} from './serf/member.ts';
import {type Candidate, type SerfConfig} from './serf/serf-config.ts';
import {type Tags} from './serf/serf-message.ts';
import {type MemberEventType, type QueryParams} from './serf/serf-step.ts';
import {type LogLevel} from './swim/swim-step.ts';
import {type Keyring} from './wire/keyring.ts';

/** A query of another member, which may be answered once. */
export interface ReceivedQuery {
  readonly type: 'query';
  readonly name: string;
  readonly payload: ByteString;
  readonly ltime: number;
  readonly from: string;
  /** @throws Error when the answer is larger than 1024 bytes, late, or the second */
  respond(payload: ByteString): void;
}

/** What a pool tells its owner. */
export type PoolEvent =
  | {readonly type: MemberEventType; readonly members: readonly Member[]}
  | {readonly type: 'user'; readonly name: string; readonly payload: ByteString; readonly ltime: number; readonly coalesce: boolean}
  | ReceivedQuery;

/** How to make a pool. What is left out is as Consul's LAN pool. */
export interface SerfOptions {
  readonly name: string;
  readonly tags: Tags;
  /** IP address and port to listen on; port 0 takes a free one. */
  readonly bind: {readonly address: string; readonly port: number};
  /** What others are told to use; default: bind, and for port 0 the one that was taken. */
  readonly advertise?: {readonly address: string; readonly port?: number};
  /** `lan` and `wan` are Consul's settings of these pools; `local` Serf's for one machine. */
  readonly profile?: 'lan' | 'wan' | 'local';
  /** Single settings over the profile's (`gossip_lan`, `-dev`, Serf's own times). */
  readonly swim?: Partial<SerfConfig['swim']>;
  readonly times?: Partial<Pick<SerfConfig, 'leavePropagateDelayMs' | 'reconnectTimeoutMs' | 'tombstoneTimeoutMs' | 'reapIntervalMs' | 'reconnectIntervalMs' | 'broadcastTimeoutMs'>>;
  /** Serf protocol, 2–5; default 4, as Consul. */
  readonly delegateProtocol?: number;
  /** Encrypts the pool. */
  readonly keyring?: Keyring | null;
  /** Where changed keys are kept. */
  readonly keyringPath?: string;
  readonly encryptVerifyIncoming?: boolean;
  readonly encryptVerifyOutgoing?: boolean;
  readonly label?: string;
  readonly snapshotPath?: string;
  readonly rejoinAfterLeave?: boolean;
  readonly resolvesNameConflicts?: boolean;
  /** Why these may not be members, or null. Asked for each alive message and for whole joins; `failed` and `none` may occur. */
  readonly mergeCheck?: (candidates: readonly Candidate[]) => string | null;
  /** Why an address may not be a member (allowed CIDRs), or null. */
  readonly refuseAddress?: (endpoint: Endpoint) => string | null;
  /** A member's own reap time in ms (tag `rc_tm`); undefined: the pool's. */
  readonly reapAfterMs?: (member: Member) => number | undefined;
  readonly onEvent?: (event: PoolEvent) => void;
  /** The pool holds our name to be another's: the agent must stop. */
  readonly onLostName?: () => void;
  readonly log?: (level: LogLevel, text: string) => void;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly resolveHost?: ResolveHost;
  readonly openTransport?: (address: string, port: number, receiver: TransportReceiver) => Promise<GossipTransport>;
}

/** What a query brought in. */
export interface QueryResult {
  readonly acks: ReadonlySet<string>;
  /** Payloads by node. */
  readonly answers: ReadonlyMap<string, ByteString>;
}

export interface QueryOptions extends QueryParams {
  /** End as soon as so many have answered. */
  readonly answersWanted?: number;
}
