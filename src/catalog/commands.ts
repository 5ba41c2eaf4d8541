import {type ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {deleteCheck, ensureCheck} from './check-commands.ts';
import {type Sliced} from '../runtime/slices.ts';
import {checkOfOtherNode, insertingCheck, insertingNode, insertingService} from './errors.ts';
import {deleteNode, ensureNode, nodeByName} from './node-commands.ts';
import {DeregisterRequest, Node, RegisterRequest} from './schema.ts';
import {deleteService, ensureService} from './service-commands.ts';
import {folded} from './tables.ts';

/** Types 0 and 1 of the log (rpc-raft.md §15). */
export const catalogCommands = [
  command<RegisterRequest>({type: 0, name: 'Register', decode: (body) => RegisterRequest.fromMsgpack(body), apply: applyRegister}),
  command<DeregisterRequest>({type: 1, name: 'Deregister', decode: (body) => DeregisterRequest.fromMsgpack(body), apply: applyDeregister}),
];

/** A node, an instance and checks in one write: all of it, or nothing. */
function* applyRegister(context: ApplyContext, request: RegisterRequest): Sliced<ConsulError | null> {
  const savepoint = context.tx.savepoint();
  const refused = yield* register(context, request);
  if (refused === undefined) return null;
  savepoint.rollback();
  return refused;
}

function* register(context: ApplyContext, request: RegisterRequest): Sliced<ConsulError | undefined> {
  const {tx} = context;
  if (!request.SkipNodeUpdate || nodeByName(tx, request.Node, request.PeerName) === undefined) {
    const refused = yield* ensureNode(context, nodeOf(request));
    if (refused !== undefined) return insertingNode(refused);
  }
  if (request.Service !== null) {
    const refused = ensureService(context, request.Node, request.Service);
    if (refused !== undefined) return insertingService(refused);
  }
  for (const check of [...(request.Check === null ? [] : [request.Check]), ...(request.Checks ?? [])]) {
    if (folded(check.Node) !== folded(request.Node)) return checkOfOtherNode(check.Node, check.CheckID, request.Node);
    const refused = yield* ensureCheck(context, check);
    if (refused !== undefined) return insertingCheck(request.Node, refused);
  }
  return undefined;
}

/** The node part of a registration; Consul takes no locality from one. */
export function nodeOf(request: RegisterRequest): Node {
  return Node.make({
    ID: request.ID,
    Node: request.Node,
    Address: request.Address,
    Datacenter: request.Datacenter,
    TaggedAddresses: request.TaggedAddresses,
    Meta: request.NodeMeta,
    PeerName: request.PeerName,
  });
}

function* applyDeregister(context: ApplyContext, {Node: node, ServiceID, CheckID, PeerName}: DeregisterRequest): Sliced<ConsulError | null> {
  if (ServiceID !== '') return (yield* deleteService(context, node, ServiceID, PeerName)) ?? null;
  if (CheckID !== '') yield* deleteCheck(context, node, CheckID, PeerName);
  else yield* deleteNode(context, node, PeerName);
  return null;
}
