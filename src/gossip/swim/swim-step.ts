import {type Endpoint} from '../endpoint.ts';
import {type EncodedMessage, type Ping, type PushPullState, type SwimMessage} from './messages.ts';

/** A TCP connection the driver holds for the core: its own number for it. */
export type StreamRef = number;

/** What happens to a SWIM core. */
export type SwimInput =
  | {readonly kind: 'start'}
  /** Time has passed. `afterPoll`: the sockets were read since the last effect `poll-sockets`. */
  | {readonly kind: 'tick'; readonly afterPoll: boolean}
  /** A datagram arrived; `messages` are those it held, in their order. */
  | {readonly kind: 'packet'; readonly from: Endpoint; readonly messages: readonly SwimMessage[]}
  /** A packet to `to` could not be handed to the kernel. */
  | {readonly kind: 'send-failed'; readonly to: Endpoint}
  /** A stream was opened to us with a ping, or a push/pull, in it. */
  | {readonly kind: 'stream-ping'; readonly stream: StreamRef; readonly ping: Ping}
  | {readonly kind: 'push-pull-request'; readonly stream: StreamRef; readonly from: Endpoint; readonly state: PushPullState}
  /** What became of an effect `dial-ping` or `dial-push-pull`. */
  | {readonly kind: 'dial-ping-result'; readonly ref: number; readonly acked: boolean}
  | {readonly kind: 'dial-push-pull-result'; readonly ref: number; readonly result: PushPullState | Error};

/** What a SWIM core asks of its driver, to be done in this order. Nothing needs to be durable. */
export type SwimEffect =
  /** Send one datagram. More than one part: as a compound message. `checksum`: with a CRC header. */
  | {readonly kind: 'send-packet'; readonly to: Endpoint; readonly parts: readonly EncodedMessage[]; readonly checksum: boolean}
  /** Ping over TCP; the answer must carry the same SeqNo before `timeoutMs`. */
  | {readonly kind: 'dial-ping'; readonly ref: number; readonly to: Endpoint; readonly ping: Ping; readonly timeoutMs: number}
  | {readonly kind: 'dial-push-pull'; readonly ref: number; readonly to: Endpoint; readonly state: PushPullState; readonly timeoutMs: number}
  /** Answer a stream, then close it; null: close it without an answer. */
  | {readonly kind: 'answer-ping'; readonly stream: StreamRef; readonly seqNo: number | null}
  | {readonly kind: 'answer-push-pull'; readonly stream: StreamRef; readonly state: PushPullState}
  /** The loop was blocked: read what waits in the sockets, give it as input, then tick with `afterPoll`. */
  | {readonly kind: 'poll-sockets'}
  /** The text begins with its layer, as in Consul's logs: `memberlist: …` or `serf: …`. */
  | {readonly kind: 'log'; readonly level: LogLevel; readonly text: string; readonly about?: string};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
