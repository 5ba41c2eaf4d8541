import {type TypeOf} from '../../schema/struct.ts';
import {type JoinIntent, type LeaveIntent, type Query, type QueryResponse, type UserEvent} from '../wire/serf-schema.ts';

/** First byte of a Serf message [gossip.md §11.3]. */
export const serfType = {
  leave: 0, join: 1, pushPull: 2, userEvent: 3, query: 4, queryResponse: 5, conflictResponse: 6, keyRequest: 7,
  keyResponse: 8, relay: 9,
} as const;

export const queryFlag = {ack: 1, noBroadcast: 2} as const;

export type LeaveIntentBody = TypeOf<typeof LeaveIntent>;
export type JoinIntentBody = TypeOf<typeof JoinIntent>;
export type UserEventBody = TypeOf<typeof UserEvent>;
export type QueryBody = TypeOf<typeof Query>;
export type QueryResponseBody = TypeOf<typeof QueryResponse>;

export type Tags = Readonly<Record<string, string>>;
