import {type Duplex} from 'node:stream';
import {type Clock, type Timer} from '../runtime/clock.ts';
import {type Random} from '../runtime/random.ts';
import {asError, errorText} from '../runtime/thrown.ts';
import {type Endpoint, endpointText} from './endpoint.ts';
import {type Complaints, kindOfProblem} from './complaints.ts';
import {type GossipTransport, type TransportReceiver} from './gossip-transport.ts';
import {incomingPushPullsMax} from './limits.ts';
import {type SerfCore} from './serf/serf-core.ts';
import {type SerfEffect, type SerfInput} from './serf/serf-step.ts';
import {readStreamMessage} from './read-stream-message.ts';
import {type PushPullState} from './swim/messages.ts';
import {type LogLevel, type SwimEffect} from './swim/swim-step.ts';
import {decodePacket, encodePacket} from './wire/packet-codec.ts';
import {encodeStream, type StreamMessage} from './wire/stream-codec.ts';
import {type WireSecurity} from './wire/wire-security.ts';

type OwnersEffect = Exclude<SerfEffect, SwimEffect>;

export interface CoreDriverOptions {
  readonly core: SerfCore;
  readonly clock: Clock;
  readonly random: Random;
  readonly security: WireSecurity;
  readonly complaints: Complaints;
  readonly tcpTimeoutMs: number;
  /** Stands in for port 0 of nodes, and names us to peers. */
  readonly ownPort: number;
  /** Whether a datagram from there may carry alive messages (allowed CIDRs): why not, or null. */
  readonly refuseSource: (from: Endpoint) => string | null;
  readonly log: (level: LogLevel, text: string) => void;
  readonly onEffect: (effect: OwnersEffect) => void;
}

/** The loop around a Serf core: sockets and timers in, effects out. Decides nothing. */
export class CoreDriver implements TransportReceiver {
  readonly #o: CoreDriverOptions;
  #transport: GossipTransport | null = null;
  readonly #streams = new Map<number, Duplex>();
  #streamRef = 0;
  #pushPulls = 0;
  #timer: Timer | null = null;
  #timerAtMs = Infinity;
  #isPolling = false;
  #isClosed = false;

  constructor(options: CoreDriverOptions) {
    this.#o = options;
  }

  start(transport: GossipTransport): void {
    this.#transport = transport;
    this.step({kind: 'start'});
  }

  /** Gives the core an input and does what it asks. */
  step(input: SerfInput): void {
    if (this.#isClosed || this.#transport === null) return;
    const {core, clock, random} = this.#o;
    for (const effect of core.step(input, clock.nowMs(), random)) this.#perform(effect);
    this.#arm();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#transport?.close();
  }

  datagram(bytes: Uint8Array, from: Endpoint): void {
    const {messages, problem} = decodePacket(bytes, this.#o.security, this.#o.ownPort);
    if (problem !== null) this.#complain('error', `memberlist: ${problem} from=${endpointText(from)}`, `packet:${kindOfProblem(problem)}:${from.addr}`);
    if (messages.length === 0) return;
    const refusal = messages.some((message) => message.type === 'alive') ? this.#o.refuseSource(from) : null;
    if (refusal !== null) this.#complain('warn', `memberlist: Blocked alive message: ${refusal}`, `cidr:${from.addr}`);
    this.step({kind: 'packet', from, messages: refusal === null ? messages : messages.filter((m) => m.type !== 'alive')});
  }

  stream(socket: Duplex, from: Endpoint): void {
    this.#serve(socket, from).catch((error: unknown) => {
      const text = errorText(error);
      if (text !== 'EOF') this.#complain('error', `memberlist: failed to receive: ${text} from=${endpointText(from)}`, `stream:${kindOfProblem(text)}:${from.addr}`);
      if (text === 'EOF' || socket.destroyed) socket.destroy();
      else this.#write(socket, {type: 'err', error: text});
    });
  }

  async #serve(socket: Duplex, from: Endpoint): Promise<void> {
    const {security, ownPort, tcpTimeoutMs, clock} = this.#o;
    const message = await readStreamMessage(socket, security, ownPort, tcpTimeoutMs, clock);
    const stream = ++this.#streamRef;
    switch (message.type) {
      case 'ping':
        this.#streams.set(stream, socket);
        this.step({kind: 'stream-ping', stream, ping: message.ping});
        return;
      case 'push-pull':
        if (this.#pushPulls >= incomingPushPullsMax) throw new Error('Too many pending push/pull requests');
        this.#pushPulls++;
        socket.once('close', () => this.#pushPulls--);
        this.#streams.set(stream, socket);
        this.step({kind: 'push-pull-request', stream, from, state: message.state});
        return;
      case 'user':
        this.step({kind: 'packet', from, messages: [{type: 'user', body: message.body}]});
        socket.end();
        return;
      default: socket.destroy();
    }
  }

  #perform(effect: SerfEffect): void {
    switch (effect.kind) {
      case 'send-packet': return this.#send(effect);
      case 'dial-ping': return this.#dialPing(effect);
      case 'dial-push-pull': return this.#dialPushPull(effect);
      case 'answer-ping':
        return this.#answer(effect.stream, effect.seqNo === null ? null : {type: 'ack', seqNo: effect.seqNo, payload: null});
      case 'answer-push-pull': return this.#answer(effect.stream, {type: 'push-pull', state: effect.state});
      case 'poll-sockets': return this.#poll();
      case 'log':
        if (effect.about === undefined) this.#o.log(effect.level, effect.text);
        else this.#complain(effect.level, effect.text, effect.about);
        return;
      default: return this.#o.onEffect(effect);
    }
  }

  #send(effect: Extract<SwimEffect, {kind: 'send-packet'}>): void {
    const {security, random} = this.#o;
    const bytes = encodePacket(effect.parts.map((part) => part.bytes), effect.checksum, security, random);
    this.#transport?.send(effect.to, bytes, () => this.step({kind: 'send-failed', to: effect.to}));
  }

  #dialPing(effect: Extract<SwimEffect, {kind: 'dial-ping'}>): void {
    this.#exchange(effect.to, {type: 'ping', ping: effect.ping}, effect.timeoutMs).then(
      (answer) => this.step({kind: 'dial-ping-result', ref: effect.ref, acked: answer.type === 'ack' && answer.seqNo === effect.ping.SeqNo}),
      (error: unknown) => {
        this.#complain('debug', `memberlist: Failed fallback TCP ping: ${errorText(error)}`, `tcp-ping:${endpointText(effect.to)}`);
        this.step({kind: 'dial-ping-result', ref: effect.ref, acked: false});
      });
  }

  #dialPushPull(effect: Extract<SwimEffect, {kind: 'dial-push-pull'}>): void {
    const done = (result: PushPullState | Error): void => this.step({kind: 'dial-push-pull-result', ref: effect.ref, result});
    this.#exchange(effect.to, {type: 'push-pull', state: effect.state}, effect.timeoutMs).then(
      (answer) => {
        if (answer.type === 'push-pull') done(answer.state);
        else done(new Error(answer.type === 'err' ? `remote error: ${answer.error}` : `Received invalid msgType (${answer.type})`));
      },
      (error: unknown) => done(asError(error)));
  }

  async #exchange(to: Endpoint, message: StreamMessage, timeoutMs: number): Promise<StreamMessage> {
    const {security, random, ownPort, clock} = this.#o;
    if (this.#transport === null) throw new Error('not started');
    const socket = await this.#transport.dial(to, timeoutMs);
    try {
      socket.write(encodeStream(message, security, random));
      return await readStreamMessage(socket, security, ownPort, timeoutMs, clock);
    } finally {
      socket.destroy();
    }
  }

  #answer(stream: number, message: StreamMessage | null): void {
    const socket = this.#streams.get(stream);
    this.#streams.delete(stream);
    if (socket === undefined) return;
    if (message === null) socket.destroy();
    else this.#write(socket, message);
  }

  /** Writes the last word on a stream and closes it; a peer that does not read it is cut off. */
  #write(socket: Duplex, message: StreamMessage): void {
    const {security, random, clock, tcpTimeoutMs} = this.#o;
    const timer = clock.setTimer(tcpTimeoutMs, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    socket.end(encodeStream(message, security, random));
    socket.resume();
  }

  #poll(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#transport?.poll(() => {
      this.#isPolling = false;
      this.step({kind: 'tick', afterPoll: true});
    });
  }

  #arm(): void {
    const {core, clock} = this.#o;
    const atMs = core.nextTickAtMs;
    if (this.#isClosed || this.#isPolling || atMs === this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = atMs === Infinity ? null : clock.setTimer(atMs - clock.nowMs(), () => {
      this.#timerAtMs = Infinity;
      this.step({kind: 'tick', afterPoll: false});
    });
  }

  #complain(level: LogLevel, text: string, about: string): void {
    const verdict = this.#o.complaints.admit(about);
    if (verdict === 'no') return;
    this.#o.log(level, verdict === 'yes' ? text : `${text} (further complaints about packets and peers are held back for a minute)`);
  }
}
