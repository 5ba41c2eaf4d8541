import {type ByteString} from '../../wire/byte-string.ts';
import {type Endpoint} from '../endpoint.ts';

/** States of a node as numbered on the wire [gossip.md §5]. */
export const nodeState = {alive: 0, suspect: 1, dead: 2, left: 3} as const;
export type NodeState = (typeof nodeState)[keyof typeof nodeState];

/** What runs against a node that is suspected; `RunningSuspicion` is it. */
export interface Suspicion {
  /** Counts an accuser in; true when it is new and there was room for it, so that it is worth telling others. */
  confirm(from: string): boolean;
  cancel(): void;
}

/** What SWIM knows of a node. Owned and changed by the core alone. */
export interface SwimNode {
  readonly name: string;
  endpoint: Endpoint;
  meta: ByteString;
  vsn: ByteString;
  incarnation: number;
  state: NodeState;
  stateChangedAtMs: number;
  suspicion: Suspicion | null;
}

/** A read-only look at a node, for the layer above. */
export type SwimNodeView = Readonly<Omit<SwimNode, 'suspicion'>>;

/** The peer's highest memberlist protocol, which says what it understands: 3 TCP pings, 4 nacks, 5 checksums. */
export function protocolMax(node: SwimNodeView): number {
  return node.vsn.length > 1 ? node.vsn.charCodeAt(1) : 0;
}

/** Whether the node is no part of the pool any more, whether it left or was declared dead. */
export function isGone(node: SwimNodeView): boolean {
  return node.state === nodeState.dead || node.state === nodeState.left;
}
