import {type ByteString} from '../../wire/byte-string.ts';

/** The messages of memberlist as typed values, with Go's field names [gossip.md §5]. Codecs stand in `gossip/wire`. */

export interface Ping {
  readonly Node: string;
  readonly SeqNo: number;
  /** Where the ack goes; empty and 0 when absent. */
  readonly SourceAddr: ByteString;
  readonly SourceNode: string;
  readonly SourcePort: number;
}

export interface IndirectPing extends Ping {
  readonly Nack: boolean;
  readonly Port: number;
  readonly Target: ByteString;
}

export interface Ack {
  readonly Payload: ByteString | null;
  readonly SeqNo: number;
}

export interface Nack {
  readonly SeqNo: number;
}

export interface Suspect {
  readonly From: string;
  readonly Incarnation: number;
  readonly Node: string;
}

export type Dead = Suspect;

export interface Alive {
  readonly Addr: ByteString;
  readonly Incarnation: number;
  readonly Meta: ByteString;
  readonly Node: string;
  readonly Port: number;
  /** PMin, PMax, PCur, DMin, DMax, DCur, one byte each. */
  readonly Vsn: ByteString;
}

/** One node in a push/pull. */
export interface PushNodeState {
  readonly Addr: ByteString;
  readonly Incarnation: number;
  readonly Meta: ByteString;
  readonly Name: string;
  readonly Port: number;
  readonly State: number;
  readonly Vsn: ByteString;
}

/** What one side of a push/pull says. */
export interface PushPullState {
  readonly join: boolean;
  readonly nodes: readonly PushNodeState[];
  /** The delegate's (Serf's) own state, raw. Empty when there is none. */
  readonly userState: Uint8Array;
}

/** A message of a datagram. */
export type SwimMessage =
  | {readonly type: 'ping'; readonly body: Ping}
  | {readonly type: 'indirect-ping'; readonly body: IndirectPing}
  | {readonly type: 'ack'; readonly body: Ack}
  | {readonly type: 'nack'; readonly body: Nack}
  | {readonly type: 'suspect'; readonly body: Suspect}
  | {readonly type: 'alive'; readonly body: Alive}
  | {readonly type: 'dead'; readonly body: Dead}
  | {readonly type: 'user'; readonly body: Uint8Array};

/** A message with its bytes, type byte included: encoded once, sent many times. */
export interface EncodedMessage {
  readonly message: SwimMessage;
  readonly bytes: Uint8Array;
}

/** The first byte of a memberlist message [gossip.md §3.1]. */
export const messageTypeByte = {
  ping: 0,
  'indirect-ping': 1,
  ack: 2,
  suspect: 3,
  alive: 4,
  dead: 5,
  pushPull: 6,
  compound: 7,
  user: 8,
  compress: 9,
  encrypt: 10,
  nack: 11,
  hasCrc: 12,
  err: 13,
  label: 244,
} as const;
