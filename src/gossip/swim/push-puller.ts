import {type Endpoint, endpointText} from '../endpoint.ts';
import {type Membership} from './membership.ts';
import {type PushNodeState, type PushPullState} from './messages.ts';
import {nodeState, type SwimNode} from './node-state.ts';
import {pushPullIntervalMs} from './scaling.ts';
import {type SwimContext} from './swim-context.ts';
import {type StreamRef} from './swim-step.ts';

type Done = (error: Error | null, merged: boolean) => void;

/** Full exchanges of state over TCP: joins, and anti-entropy with a random peer [gossip.md §10]. */
export class PushPuller {
  readonly #context: SwimContext;
  readonly #membership: Membership;
  readonly #nextDialRef: () => number;
  readonly #running = new Map<number, {to: Endpoint; join: boolean; done: Done}>();

  constructor(context: SwimContext, membership: Membership, nextDialRef: () => number) {
    this.#context = context;
    this.#membership = membership;
    this.#nextDialRef = nextDialRef;
  }

  start(): void {
    const {config, nodes} = this.#context;
    this.#context.every(() => pushPullIntervalMs(config.pushPullIntervalMs, nodes.size), () => this.#withRandomPeer());
  }

  #withRandomPeer(): void {
    const context = this.#context;
    if (context.left) return;
    const [peer] = context.nodes.pickRandom(1, context.random, (node) =>
      node.state === nodeState.alive && node.name !== context.self.name);
    if (peer === undefined) return;
    this.dial(peer.endpoint, false, (error) => {
      if (error !== null) context.log('error', `Push/Pull with ${peer.name} failed: ${error.message}`, `push-pull:${peer.name}`);
    });
  }

  /** `done` is told the error, or null and whether the peer's state was merged. */
  dial(to: Endpoint, join: boolean, done: Done): void {
    const ref = this.#nextDialRef();
    this.#running.set(ref, {to, join, done});
    this.#context.emit({kind: 'dial-push-pull', ref, to, state: this.#localState(join), timeoutMs: this.#context.config.tcpTimeoutMs});
  }

  dialed(ref: number, result: PushPullState | Error): void {
    const exchange = this.#running.get(ref);
    if (exchange === undefined) return;
    this.#running.delete(ref);
    if (result instanceof Error) return exchange.done(result, false);
    const refusal = this.#merge(result, exchange.join);
    exchange.done(refusal === null ? null : new Error(refusal), refusal === null);
  }

  /** Answers first, then judges, as the reference does: a refused joiner still sees our state. */
  serve(stream: StreamRef, from: Endpoint, state: PushPullState): void {
    const context = this.#context;
    context.emit({kind: 'answer-push-pull', stream, state: this.#localState(state.join)});
    const refusal = this.#merge(state, state.join);
    if (refusal !== null) {
      context.log('error', `Failed push/pull merge: ${refusal} from=${endpointText(from)}`, `merge:${refusal}`);
    }
  }

  #localState(join: boolean): PushPullState {
    const {nodes, delegate} = this.#context;
    return {join, nodes: nodes.all().map(recordOf), userState: delegate.localState(join)};
  }

  /** Null, or why the state was not merged. */
  #merge(state: PushPullState, join: boolean): string | null {
    const {nodes, delegate} = this.#context;
    const refusal = versionConflict(state.nodes, nodes.all()) ?? (join ? delegate.refuseMerge(state.nodes) : null);
    if (refusal !== null) return refusal;
    for (const node of state.nodes) this.#membership.remote(node);
    if (state.userState.length > 0) delegate.mergeRemoteState(state.userState, join);
    return null;
  }
}

function recordOf(node: SwimNode): PushNodeState {
  return {Addr: node.endpoint.addr, Incarnation: node.incarnation, Meta: node.meta, Name: node.name,
    Port: node.endpoint.port, State: node.state, Vsn: node.vsn};
}

/** All must speak a version that all understand: the highest minimum to the lowest maximum of those alive. */
function versionConflict(remote: readonly PushNodeState[], local: readonly SwimNode[]): string | null {
  const living = [...remote.filter((n) => n.State === nodeState.alive).map((n) => n.Vsn),
    ...local.filter((n) => n.state === nodeState.alive).map((n) => n.vsn)];
  const bounds = (minAt: number, maxAt: number): [number, number] => {
    let [low, high] = [0, 255];
    for (const vsn of living) {
      if (vsn.length <= maxAt) continue;
      low = Math.max(low, vsn.charCodeAt(minAt));
      high = Math.min(high, vsn.charCodeAt(maxAt));
    }
    return [low, high];
  };
  const protocol = bounds(0, 1);
  const delegate = bounds(3, 4);
  for (const [name, vsn] of [...remote.map((n) => [n.Name, n.Vsn] as const), ...local.map((n) => [n.name, n.vsn] as const)]) {
    const current = vsn.length > 2 ? vsn.charCodeAt(2) : 0;
    const delegateCurrent = vsn.length > 5 ? vsn.charCodeAt(5) : 0;
    if (current < protocol[0] || current > protocol[1]) {
      return `Node '${name}' protocol version (${current}) is incompatible: [${protocol[0]}, ${protocol[1]}]`;
    }
    if (delegateCurrent < delegate[0] || delegateCurrent > delegate[1]) {
      return `Node '${name}' delegate protocol version (${delegateCurrent}) is incompatible: [${delegate[0]}, ${delegate[1]}]`;
    }
  }
  return null;
}
