import {addressText, type Endpoint, endpointText} from '../endpoint.ts';
import {type Alive, type PushNodeState, type Suspect} from './messages.ts';
import {nodeState, type SwimNode} from './node-state.ts';
import {RunningSuspicion} from './suspicion.ts';
import {type SwimContext} from './swim-context.ts';

/** Whether addresses may be members (Consul's `serf_lan_allowed_cidrs`); the reason why not, or null. */
export type AddressFilter = (endpoint: Endpoint) => string | null;

/** The merge rules of memberlist: what alive, suspect and dead do to a node [gossip.md §8]. */
export class Membership {
  readonly #context: SwimContext;
  readonly #refuseAddress: AddressFilter;
  #incarnation = 0;
  #leaveDone: (() => void) | null = null;

  constructor(context: SwimContext, refuseAddress: AddressFilter) {
    this.#context = context;
    this.#refuseAddress = refuseAddress;
  }

  /** Announces ourselves, at the start. */
  announceSelf(): void {
    this.#incarnation++;
    this.#applyAlive(this.#selfAlive(), true);
  }

  alive(message: Alive): void {
    if (this.#isOldNews(message)) return;
    this.#applyAlive(message, false);
  }

  /** Declares ourselves gone; `done` when that was sent as often as it may be. */
  leave(done: () => void): void {
    const {self, nodes} = this.#context;
    this.#context.leaving = true;
    const own = nodes.get(self.name);
    if (own === undefined) return done();
    this.#leaveDone = done;
    this.dead({From: self.name, Incarnation: own.incarnation, Node: self.name});
  }

  suspect(message: Suspect): void {
    const context = this.#context;
    const node = context.nodes.get(message.Node);
    if (node === undefined || message.Incarnation < node.incarnation) return;
    if (node.suspicion !== null) {
      if (node.suspicion.confirm(message.From)) context.broadcast({type: 'suspect', body: message}, node.name);
      return;
    }
    if (node.state !== nodeState.alive) return;
    if (node.name === context.self.name) {
      if (!context.leaving) this.#refute(node, message.Incarnation, `Refuting a suspect message (from: ${message.From})`);
      return;
    }
    context.broadcast({type: 'suspect', body: message}, node.name);
    node.incarnation = message.Incarnation;
    this.#setState(node, nodeState.suspect);
    node.suspicion = new RunningSuspicion(context, message.From, (confirmations) => {
      node.suspicion = null;
      context.log('info', `Marking ${node.name} as failed, suspect timeout reached (${confirmations} peer confirmations)`);
      this.dead({From: context.self.name, Incarnation: node.incarnation, Node: node.name});
    });
  }

  dead(message: Suspect): void {
    const context = this.#context;
    const node = context.nodes.get(message.Node);
    if (node === undefined || message.Incarnation < node.incarnation) return;
    cancelSuspicion(node);
    if (node.state === nodeState.dead || node.state === nodeState.left) return;
    const isSelf = node.name === context.self.name;
    if (isSelf && !context.leaving) {
      this.#refute(node, message.Incarnation, `Refuting a dead message (from: ${message.From})`);
      return;
    }
    const done = isSelf ? this.#leaveDone : null;
    this.#leaveDone = isSelf ? null : this.#leaveDone;
    context.broadcast({type: 'dead', body: message}, node.name, done);
    node.incarnation = message.Incarnation;
    this.#setState(node, message.Node === message.From ? nodeState.left : nodeState.dead);
    if (isSelf) context.left = true;
    context.delegate.nodeLeft(node);
  }

  /** One node of a peer's push/pull: what the peer holds dead is only suspected, by us [gossip.md §8.6]. */
  remote(state: PushNodeState): void {
    const about = {Incarnation: state.Incarnation, Node: state.Name};
    switch (state.State) {
      case nodeState.alive:
        this.alive({...about, Addr: state.Addr, Meta: state.Meta, Port: state.Port, Vsn: state.Vsn});
        return;
      case nodeState.left:
        this.dead({...about, From: state.Name});
        return;
      case nodeState.dead:
      case nodeState.suspect:
        this.suspect({...about, From: this.#context.self.name});
        return;
      default:
        this.#context.log('warn', `ignoring node '${state.Name}' of unknown state ${state.State}`, 'unknown node state');
    }
  }

  /** Most of what a pool says has been heard before: what could change nothing is not even judged. */
  #isOldNews({Node, Incarnation, Addr, Port}: Alive): boolean {
    const node = this.#context.nodes.get(Node);
    return node !== undefined && Incarnation <= node.incarnation && node.name !== this.#context.self.name &&
      node.endpoint.addr === Addr && node.endpoint.port === Port;
  }

  #selfAlive(): Alive {
    const {self} = this.#context;
    return {Addr: self.endpoint.addr, Incarnation: this.#incarnation, Meta: self.meta, Node: self.name,
      Port: self.endpoint.port, Vsn: self.vsn};
  }

  #applyAlive(message: Alive, isOwnAnnouncement: boolean): void {
    const context = this.#context;
    const isSelf = message.Node === context.self.name;
    if (isSelf && context.left && !isOwnAnnouncement) return;
    if (!speaksOurLanguage(message.Vsn)) return;
    if (!isOwnAnnouncement) {
      const refusal = message.Vsn.length < 6 ? 'no protocol versions' : context.delegate.refuseAlive(pushState(message));
      if (refusal !== null) {
        context.log('warn', `ignoring alive message for '${message.Node}': ${refusal}`, `refused:${message.Node}`);
        return;
      }
    }
    const endpoint = {addr: message.Addr, port: message.Port};
    let node = context.nodes.get(message.Node);
    let isReclaimed = false;
    if (node === undefined) {
      const created = this.#create(message, endpoint);
      if (created === undefined) return;
      node = created;
    } else if (node.endpoint.addr !== endpoint.addr || node.endpoint.port !== endpoint.port) {
      if (!this.#mayMove(node, endpoint)) return;
      isReclaimed = !isSelf;
    }
    if (isSelf ? message.Incarnation < node.incarnation : message.Incarnation <= node.incarnation && !isReclaimed) return;
    if (isSelf && !isOwnAnnouncement) {
      const isOurOwn = message.Incarnation === node.incarnation && message.Meta === node.meta && message.Vsn === node.vsn;
      if (!isOurOwn) this.#refute(node, message.Incarnation, `Refuting an alive message for '${node.name}'`);
      return;
    }
    this.#becomeAlive(node, message, endpoint);
  }

  #becomeAlive(node: SwimNode, message: Alive, endpoint: Endpoint): void {
    const context = this.#context;
    cancelSuspicion(node);
    context.broadcast({type: 'alive', body: message}, node.name);
    const before = node.state;
    const hadMeta = node.meta;
    node.vsn = message.Vsn;
    node.incarnation = message.Incarnation;
    node.meta = message.Meta;
    node.endpoint = endpoint;
    if (before !== nodeState.alive) this.#setState(node, nodeState.alive);
    if (before === nodeState.dead || before === nodeState.left) context.delegate.nodeJoined(node);
    else if (hadMeta !== node.meta) context.delegate.nodeUpdated(node);
  }

  #create(message: Alive, endpoint: Endpoint): SwimNode | undefined {
    const context = this.#context;
    const refusal = this.#refuseAddress(endpoint);
    if (refusal !== null) {
      context.log('warn', `Rejected node ${message.Node} (${addressText(endpoint.addr)}): ${refusal}`, `cidr:${message.Node}`);
      return undefined;
    }
    const node: SwimNode = {name: message.Node, endpoint, meta: message.Meta, vsn: message.Vsn, incarnation: 0,
      state: nodeState.dead, stateChangedAtMs: context.nowMs, suspicion: null};
    context.nodes.add(node, context.random);
    return node;
  }

  /** A known name at a new address: its own if the old one is known to be gone, a conflict otherwise. */
  #mayMove(node: SwimNode, endpoint: Endpoint): boolean {
    const context = this.#context;
    const refusal = this.#refuseAddress(endpoint);
    if (refusal !== null) {
      context.log('warn', `Rejected IP update from ${endpointText(node.endpoint)} to ${endpointText(endpoint)} for ` +
        `node ${node.name}: ${refusal}`, `cidr:${node.name}`);
      return false;
    }
    const {deadNodeReclaimMs} = context.config;
    const isFree = node.state === nodeState.left || (node.state === nodeState.dead && deadNodeReclaimMs > 0 &&
      context.nowMs - node.stateChangedAtMs > deadNodeReclaimMs);
    if (isFree) {
      context.log('info', `Updating address for left or failed node ${node.name} from ${endpointText(node.endpoint)} ` +
        `to ${endpointText(endpoint)}`);
      return true;
    }
    context.log('error', `Conflicting address for ${node.name}. Mine: ${endpointText(node.endpoint)} ` +
      `Theirs: ${endpointText(endpoint)} Old state: ${node.state}`, `conflict:${node.name}`);
    context.delegate.nameConflict(node, endpoint);
    return false;
  }

  #refute(own: SwimNode, accusedIncarnation: number, why: string): void {
    const context = this.#context;
    this.#incarnation = Math.max(this.#incarnation + 1, accusedIncarnation + 1) >>> 0;
    own.incarnation = this.#incarnation;
    context.awareness.apply(1);
    context.log('warn', why);
    context.broadcast({type: 'alive', body: this.#selfAlive()}, own.name);
  }

  #setState(node: SwimNode, state: SwimNode['state']): void {
    node.state = state;
    node.stateChangedAtMs = this.#context.nowMs;
  }
}

function cancelSuspicion(node: SwimNode): void {
  node.suspicion?.cancel();
  node.suspicion = null;
}

/** Minimum 0, maximum 0 or minimum above maximum is no memberlist protocol. */
function speaksOurLanguage(vsn: string): boolean {
  if (vsn.length < 3) return true;
  const [min, max] = [vsn.charCodeAt(0), vsn.charCodeAt(1)];
  return min !== 0 && max !== 0 && min <= max;
}

function pushState(message: Alive): PushNodeState {
  return {Addr: message.Addr, Incarnation: message.Incarnation, Meta: message.Meta, Name: message.Node,
    Port: message.Port, State: nodeState.alive, Vsn: message.Vsn};
}
