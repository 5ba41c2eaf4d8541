import {type ByteString} from '../../wire/byte-string.ts';
import {type Endpoint} from '../endpoint.ts';
import {type EncodedMessage, type PushNodeState} from './messages.ts';
import {type SwimNodeView} from './node-state.ts';

/** The layer above SWIM (Serf). Called inside `step`; it does no I/O either. */
export interface SwimDelegate {
  /** A message of type user arrived. */
  userMessage(body: Uint8Array): void;
  /** Appends the layer's queued messages, each costing `overheadBytes` beside its length, to at most `limitBytes`. */
  takeBroadcasts(overheadBytes: number, limitBytes: number, into: EncodedMessage[]): void;
  /** Whether `takeBroadcasts` has anything to give. */
  hasBroadcasts(): boolean;
  /** The layer's state for a push/pull. */
  localState(join: boolean): Uint8Array;
  mergeRemoteState(state: Uint8Array, join: boolean): void;
  nodeJoined(node: SwimNodeView): void;
  nodeUpdated(node: SwimNodeView): void;
  nodeLeft(node: SwimNodeView): void;
  /** Another node claims the name of `existing` at `other`. */
  nameConflict(existing: SwimNodeView, other: Endpoint): void;
  /** May this node be known at all? The reason why not, or null. Asked for each alive message. */
  refuseAlive(node: PushNodeState): string | null;
  /** May we be in a pool with these nodes? Asked when a push/pull with its join flag set is merged. */
  refuseMerge(nodes: readonly PushNodeState[]): string | null;
  /** What an ack carries (a coordinate); null for nothing. */
  ackPayload(): ByteString | null;
  /** A direct probe was answered in time. */
  probeAcked(node: SwimNodeView, rttMs: number, payload: ByteString | null): void;
}
