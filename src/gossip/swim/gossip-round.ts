import {compoundHeaderBytes, compoundPartsMax, packetBudgetBytes} from '../limits.ts';
import {type EncodedMessage} from './messages.ts';
import {nodeState, protocolMax, type SwimNode} from './node-state.ts';
import {type SwimContext} from './swim-context.ts';

const checksumProtocol = 5;

/** One round of gossip: a few random peers each get a packet of what waits in the queues [gossip.md §8.7]. */
export function gossipOnce(context: SwimContext): void {
  if (!context.hasNews) return;
  const {config, self} = context;
  const mayHear = (node: SwimNode): boolean => {
    if (node.name === self.name) return false;
    if (node.state === nodeState.dead) return context.nowMs - node.stateChangedAtMs <= config.gossipToTheDeadMs;
    return node.state !== nodeState.left;
  };
  for (const node of context.nodes.pickRandom(config.gossipNodes, context.random, mayHear)) {
    const parts: EncodedMessage[] = [];
    context.fill(packetBudgetBytes - compoundHeaderBytes - context.overheadBytes, parts);
    if (parts.length === 0) return;
    const checksum = protocolMax(node) >= checksumProtocol;
    for (let at = 0; at < parts.length; at += compoundPartsMax) {
      context.emit({kind: 'send-packet', to: node.endpoint, parts: parts.slice(at, at + compoundPartsMax), checksum});
    }
  }
}
