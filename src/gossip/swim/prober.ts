import {type Endpoint} from '../endpoint.ts';
import {type CoreTimer} from '../timer-queue.ts';
import {encodeSwimMessage} from '../wire/swim-codec.ts';
import {type Membership} from './membership.ts';
import {type Ack, type IndirectPing, type Ping} from './messages.ts';
import {nodeState, protocolMax, type SwimNode} from './node-state.ts';
import {type SwimContext} from './swim-context.ts';

const tcpPingProtocol = 3;
const nackProtocol = 4;
const checksumProtocol = 5;

interface Probe {
  readonly node: SwimNode;
  readonly seqNo: number;
  readonly sentAtMs: number;
  deadlineMs: number;
  isDirect: boolean;
  /** Our loop stood still while it ran: its times measure us, not the peer. */
  isDisturbed: boolean;
  nacksExpected: number;
  nacks: number;
  overTcp: boolean;
  readonly dialRefs: Set<number>;
  timer: CoreTimer;
  timerAtMs: number;
}

/** A ping sent on behalf of another member. */
interface Errand {
  readonly requester: Endpoint;
  readonly requesterSeqNo: number;
  readonly timer: CoreTimer;
}

/** Probes one member at a time, directly, then through others and over TCP, and runs the same errand for others [gossip.md §7]. */
export class Prober {
  readonly #context: SwimContext;
  readonly #membership: Membership;
  readonly #nextDialRef: () => number;
  readonly #errands = new Map<number, Errand>();
  #probe: Probe | null = null;

  constructor(context: SwimContext, membership: Membership, nextDialRef: () => number) {
    this.#context = context;
    this.#membership = membership;
    this.#nextDialRef = nextDialRef;
  }

  start(): void {
    const {config} = this.#context;
    this.#context.every(() => config.probeIntervalMs, () => this.#tick());
  }

  #tick(): void {
    const context = this.#context;
    if (this.#probe !== null || context.left) return;
    const goneSinceMs = context.nowMs - context.config.gossipToTheDeadMs;
    const node = context.nodes.nextToProbe(context.self.name, goneSinceMs, context.random);
    if (node !== undefined) this.#probeNode(node);
  }

  #probeNode(node: SwimNode): void {
    const context = this.#context;
    const {config} = context;
    const probe: Probe = {
      node, seqNo: context.nextSequence(), sentAtMs: context.nowMs,
      deadlineMs: context.nowMs + context.awareness.scaleMs(config.probeIntervalMs),
      isDirect: true, isDisturbed: false, nacksExpected: 0, nacks: 0, overTcp: false, dialRefs: new Set(),
      timer: context.after(config.probeTimeoutMs, () => this.#goIndirect(probe)), timerAtMs: context.nowMs + config.probeTimeoutMs,
    };
    this.#probe = probe;
    const ping = this.#ping(node.name, probe.seqNo);
    if (node.state === nodeState.alive) {
      context.sendFilled(node.endpoint, {type: 'ping', body: ping});
      return;
    }
    // A suspect hears the accusation with the ping, so that it can refute at once (Lifeguard §IV-C, buddy system).
    const suspect = {From: context.self.name, Incarnation: node.incarnation, Node: node.name};
    context.emit({
      kind: 'send-packet', to: node.endpoint, checksum: protocolMax(node) >= checksumProtocol,
      parts: [encodeSwimMessage({type: 'ping', body: ping}), encodeSwimMessage({type: 'suspect', body: suspect})],
    });
  }

  /**
   * Our loop stood still for so long, and timers are due that nothing had a chance to answer: the probe under way gets
   * that time back, before it accuses anybody.
   */
  postpone(ms: number): void {
    const probe = this.#probe;
    if (probe === null) return;
    const context = this.#context;
    probe.isDisturbed = true;
    probe.deadlineMs += ms;
    probe.timer.cancel();
    probe.timerAtMs += ms;
    const leftMs = probe.timerAtMs - context.nowMs;
    probe.timer = context.after(leftMs, () => (probe.isDirect ? this.#goIndirect(probe) : this.#giveUp(probe)));
    if (!probe.isDirect) this.#dial(probe, leftMs);
  }

  /** A packet to this endpoint was not accepted by the kernel: do not wait for what was never sent. */
  sendFailed(to: Endpoint): void {
    const probe = this.#probe;
    if (probe === null || !probe.isDirect) return;
    if (probe.node.endpoint.addr !== to.addr || probe.node.endpoint.port !== to.port) return;
    probe.timer.cancel();
    this.#goIndirect(probe);
  }

  #goIndirect(probe: Probe): void {
    const context = this.#context;
    const {self, config} = context;
    probe.isDirect = false;
    const helpers = context.nodes.pickRandom(config.indirectChecks, context.random, (node) =>
      node.state === nodeState.alive && node !== probe.node && node.name !== self.name);
    for (const helper of helpers) {
      const wantsNack = protocolMax(helper) >= nackProtocol;
      if (wantsNack) probe.nacksExpected++;
      const body: IndirectPing = {...this.#ping(probe.node.name, probe.seqNo), Nack: wantsNack,
        Target: probe.node.endpoint.addr, Port: probe.node.endpoint.port};
      context.sendFilled(helper.endpoint, {type: 'indirect-ping', body});
    }
    const leftMs = Math.max(0, probe.deadlineMs - context.nowMs);
    this.#dial(probe, leftMs);
    probe.timer = context.after(leftMs, () => this.#giveUp(probe));
    probe.timerAtMs = context.nowMs + leftMs;
  }

  #dial(probe: Probe, timeoutMs: number): void {
    const {config, emit} = this.#context;
    if (!config.tcpPings || protocolMax(probe.node) < tcpPingProtocol || timeoutMs <= 0) return;
    const ref = this.#nextDialRef();
    probe.dialRefs.add(ref);
    emit({kind: 'dial-ping', ref, to: probe.node.endpoint, timeoutMs, ping: this.#ping(probe.node.name, probe.seqNo)});
  }

  dialed(ref: number, acked: boolean): void {
    if (acked && this.#probe?.dialRefs.has(ref) === true) this.#probe.overTcp = true;
  }

  #giveUp(probe: Probe): void {
    const context = this.#context;
    const {node} = probe;
    this.#probe = null;
    if (probe.nacksExpected > 0) context.awareness.apply(Math.max(0, probe.nacksExpected - probe.nacks));
    else if (!probe.overTcp) context.awareness.apply(1);
    if (probe.overTcp) {
      context.log('warn', `Was able to connect to ${node.name} over TCP but UDP probes failed, network may be misconfigured`,
        `tcp-only:${node.name}`);
      return;
    }
    context.log('info', `Suspect ${node.name} has failed, no acks received`);
    this.#membership.suspect({From: context.self.name, Incarnation: node.incarnation, Node: node.name});
  }

  ack(body: Ack): void {
    const context = this.#context;
    const errand = this.#errands.get(body.SeqNo);
    if (errand !== undefined) {
      this.#errands.delete(body.SeqNo);
      errand.timer.cancel();
      context.sendFilled(errand.requester, {type: 'ack', body: {Payload: null, SeqNo: errand.requesterSeqNo}});
      return;
    }
    const probe = this.#probe;
    if (probe === null || probe.seqNo !== body.SeqNo) return;
    probe.timer.cancel();
    this.#probe = null;
    context.awareness.apply(-1);
    const rttMs = context.nowMs - probe.sentAtMs;
    if (probe.isDirect && !probe.isDisturbed && rttMs <= context.config.probeTimeoutMs) {
      context.delegate.probeAcked(probe.node, rttMs, body.Payload);
    }
  }

  nack(seqNo: number): void {
    if (this.#probe?.seqNo === seqNo) this.#probe.nacks++;
  }

  /** Answers a ping; `from` is the datagram's source, used when the ping does not say where the ack goes. */
  ping(body: Ping, from: Endpoint): void {
    const context = this.#context;
    if (body.Node !== '' && body.Node !== context.self.name) {
      context.log('warn', `Got ping for unexpected node '${body.Node}'`, `ping:${body.Node}`);
      return;
    }
    const ack: Ack = {Payload: context.delegate.ackPayload(), SeqNo: body.SeqNo};
    context.sendFilled(answerTo(body, from), {type: 'ack', body: ack});
  }

  indirectPing(body: IndirectPing, from: Endpoint): void {
    const context = this.#context;
    const seqNo = context.nextSequence();
    const requester = answerTo(body, from);
    const timer = context.after(context.config.probeTimeoutMs, () => {
      this.#errands.delete(seqNo);
      if (body.Nack) context.sendFilled(requester, {type: 'nack', body: {SeqNo: body.SeqNo}});
    });
    this.#errands.set(seqNo, {requester, requesterSeqNo: body.SeqNo, timer});
    const target = {addr: body.Target, port: body.Port === 0 ? context.self.endpoint.port : body.Port};
    context.sendFilled(target, {type: 'ping', body: this.#ping(body.Node, seqNo)});
  }

  #ping(node: string, seqNo: number): Ping {
    const {self} = this.#context;
    return {Node: node, SeqNo: seqNo, SourceAddr: self.endpoint.addr, SourceNode: self.name, SourcePort: self.endpoint.port};
  }
}

function answerTo(ping: Ping, from: Endpoint): Endpoint {
  return ping.SourceAddr.length > 0 && ping.SourcePort > 0 ? {addr: ping.SourceAddr, port: ping.SourcePort} : from;
}
