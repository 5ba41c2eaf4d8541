import {type Endpoint} from '../endpoint.ts';
import {type SwimEffect, type SwimInput} from '../swim/swim-step.ts';
import {type ByteString} from '../../wire/byte-string.ts';
import {type Member} from './member.ts';
import {type QueryBody} from './serf-message.ts';

export type MemberEventType = 'member-join' | 'member-leave' | 'member-failed' | 'member-update' | 'member-reap';

/** A query that arrived; answer it with input `answer-query`, at most once, before its deadline. */
export interface IncomingQuery {
  readonly body: QueryBody;
  readonly deadlineMs: number;
  answered: boolean;
}

/** What users of the pool hear. */
export type SerfEvent =
  | {readonly type: MemberEventType; readonly members: readonly Member[]}
  | {readonly type: 'user'; readonly name: string; readonly payload: ByteString; readonly ltime: number; readonly coalesce: boolean}
  | {readonly type: 'query'; readonly name: string; readonly payload: ByteString; readonly ltime: number; readonly query: IncomingQuery};

export interface QueryParams {
  readonly name: string;
  readonly payload: ByteString;
  /** Only these nodes answer; empty: all. */
  readonly filterNodes?: readonly string[];
  /** Only members whose tags match these regular expressions answer. */
  readonly filterTags?: Readonly<Record<string, string>>;
  readonly wantsAck?: boolean;
  /** How many other members also carry each answer. */
  readonly relayFactor?: number;
}

/** Requests carry the driver's number `ref`; effect `done` with it says how they ended. */
export type SerfInput =
  | SwimInput
  | {readonly kind: 'join'; readonly ref: number; readonly to: Endpoint; readonly ignoreOld: boolean}
  /** All addresses of a join were tried, and one worked: tell the pool. */
  | {readonly kind: 'announce-join'}
  | {readonly kind: 'leave'; readonly ref: number}
  | {readonly kind: 'force-leave'; readonly ref: number; readonly node: string; readonly prune: boolean}
  | {readonly kind: 'user-event'; readonly ref: number; readonly name: string; readonly payload: ByteString; readonly coalesce: boolean}
  | {readonly kind: 'query'; readonly ref: number; readonly params: QueryParams}
  | {readonly kind: 'answer-query'; readonly ref: number; readonly query: IncomingQuery; readonly payload: ByteString};

export type SerfEffect =
  | SwimEffect
  | {readonly kind: 'event'; readonly event: SerfEvent}
  | {readonly kind: 'done'; readonly ref: number; readonly error: Error | null}
  | {readonly kind: 'query-ack'; readonly ref: number; readonly from: string}
  | {readonly kind: 'query-answer'; readonly ref: number; readonly from: string; readonly payload: ByteString}
  | {readonly kind: 'query-end'; readonly ref: number}
  /** An internal query about keys: the driver changes the keyring and answers, with at most so many bytes. */
  | {readonly kind: 'key-query'; readonly operation: string; readonly key: ByteString; readonly query: IncomingQuery; readonly payloadBytesMax: number}
  /** Most members hold our name to be at another address: shut down. */
  | {readonly kind: 'lost-name'};
