import {deleteCheck, deleteCheckCas, ensureCheck, ensureCheckCas} from '../catalog/check-commands.ts';
import {deleteNode, deleteNodeCas, ensureNode, ensureNodeCas} from '../catalog/node-commands.ts';
import {deleteService, deleteServiceCas, ensureService, ensureServiceCas} from '../catalog/service-commands.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {deleteEntry, deleteEntryCas, deleteTree, lockEntry, setEntry, setEntryCas, unlockEntry} from '../kv/commands.ts';
import {Kvs} from '../kv/state.ts';
import {type Sliced} from '../runtime/slices.ts';
import {endSession} from '../session/commands.ts';
import {textOfByteString} from '../wire/byte-string.ts';
import {checkIdMissing, lockHeld, lockNotHeld, nodeNamed, onNode, staleKey, staleThing, unknownVerb} from './errors.ts';
import {kvResult, type OperationOutcome, readCheck, readNode, readService} from './read-operations.ts';
import {type TxnCheckOp, type TxnKVOp, type TxnNodeOp, type TxnOp, type TxnServiceOp} from './schema.ts';

/** Runs an operation that writes, in slices where it takes much with it. */
export function* runWrite(context: ApplyContext, op: TxnOp): Sliced<OperationOutcome> {
  if (op.KV !== null) return yield* writeKv(context, op.KV);
  if (op.Node !== null) return yield* writeNode(context, op.Node);
  if (op.Service !== null) return yield* writeService(context, op.Service);
  if (op.Check !== null) return yield* writeCheck(context, op.Check);
  if (op.Session !== null) {
    if (op.Session.Verb !== 'delete') return unknownVerb('session', op.Session.Verb);
    yield* endSession(context, op.Session.Session.ID);
    return [];
  }
  // Skipped, this server's state would differ from the others' in silence; it stops instead.
  if (op.Intention !== null) throw new Error(`log entry ${context.index}: intention operations in transactions are not supported`);
  return [];
}

function* writeKv(context: ApplyContext, {Verb, DirEnt}: TxnKVOp): Sliced<OperationOutcome> {
  const name = textOfByteString(DirEnt.Key);
  switch (Verb) {
    case 'set':
      setEntry(context, DirEnt);
      return written(context, DirEnt.Key);
    case 'cas':
      return setEntryCas(context, DirEnt) ? written(context, DirEnt.Key) : staleKey('set', name);
    case 'lock':
      return ofLock(context, DirEnt.Key, lockEntry(context, DirEnt), lockHeld(name));
    case 'unlock':
      return ofLock(context, DirEnt.Key, unlockEntry(context, DirEnt), lockNotHeld(name));
    case 'delete':
      deleteEntry(context, DirEnt.Key);
      return [];
    case 'delete-cas':
      return deleteEntryCas(context, DirEnt.Key, DirEnt.ModifyIndex) ? [] : staleKey('delete', name);
    case 'delete-tree':
      yield* deleteTree(context, DirEnt.Key);
      return [];
    default:
      return unknownVerb('KV', Verb);
  }
}

function ofLock(context: ApplyContext, key: string, done: boolean | ConsulError, refused: ConsulError): OperationOutcome {
  if (done instanceof ConsulError) return done;
  return done ? written(context, key) : refused;
}

/** The entry as it stands now, without its value, which the sender knows. */
function written({tx}: ApplyContext, key: string): OperationOutcome {
  const entry = tx.get(Kvs, key);
  return entry === undefined ? [] : [kvResult({...entry, Value: ''})];
}

function* writeNode(context: ApplyContext, op: TxnNodeOp): Sliced<OperationOutcome> {
  const {Verb, Node} = op;
  const thing = nodeNamed(Node.Node);
  switch (Verb) {
    case 'set':
      return (yield* ensureNode(context, Node)) ?? readNode(context.tx, op);
    case 'cas':
      return ofCas(yield* ensureNodeCas(context, Node), staleThing('set', thing)) ?? readNode(context.tx, op);
    case 'delete':
      yield* deleteNode(context, Node.Node, Node.PeerName);
      return [];
    case 'delete-cas':
      return (yield* deleteNodeCas(context, Node.Node, Node.ModifyIndex, Node.PeerName)) ? [] : staleThing('delete', thing);
    default:
      return unknownVerb('node', Verb);
  }
}

function* writeService(context: ApplyContext, op: TxnServiceOp): Sliced<OperationOutcome> {
  const {Verb, Node, Service} = op;
  const thing = onNode('service', Service.ID, Node);
  switch (Verb) {
    case 'set':
      return ensureService(context, Node, Service) ?? readService(context.tx, op);
    case 'cas':
      return ofCas(ensureServiceCas(context, Node, Service), staleThing('set', thing)) ?? readService(context.tx, op);
    case 'delete':
      return (yield* deleteService(context, Node, Service.ID)) ?? [];
    case 'delete-cas':
      return ofCas(yield* deleteServiceCas(context, Node, Service.ID, Service.ModifyIndex, Service.PeerName), staleThing('delete', thing)) ?? [];
    default:
      return unknownVerb('service', Verb);
  }
}

/** Where each verb looks a check up, as its error says. */
const lookups: ReadonlyMap<string, string> = new Map([
  ['set', 'failed health check lookup'], ['cas', 'failed check lookup'], ['delete', 'check lookup failed'], ['delete-cas', 'check lookup failed: failed check lookup'],
]);

function* writeCheck(context: ApplyContext, op: TxnCheckOp): Sliced<OperationOutcome> {
  const {Verb, Check} = op;
  const tried = Check.CheckID === '' ? lookups.get(Verb) : undefined;
  if (tried !== undefined) return checkIdMissing(tried);
  const thing = onNode('check', Check.CheckID, Check.Node);
  switch (Verb) {
    case 'set':
      return (yield* ensureCheck(context, Check)) ?? readCheck(context.tx, op);
    case 'cas':
      return checkAfterCas(context, op, yield* ensureCheckCas(context, Check)) ?? staleThing('set', thing);
    case 'delete':
      yield* deleteCheck(context, Check.Node, Check.CheckID, Check.PeerName);
      return [];
    case 'delete-cas':
      return (yield* deleteCheckCas(context, Check.Node, Check.CheckID, Check.ModifyIndex, Check.PeerName)) ? [] : staleThing('delete', thing);
    default:
      return unknownVerb('check', Verb);
  }
}

/** Consul passes over why a check cannot be written here: what stands there is the result, if anything does. */
function checkAfterCas({tx}: ApplyContext, op: TxnCheckOp, done: boolean | ConsulError): OperationOutcome | undefined {
  if (done === false) return undefined;
  const found = readCheck(tx, op);
  return found instanceof ConsulError ? [] : found;
}

function ofCas(done: boolean | ConsulError, stale: ConsulError): ConsulError | undefined {
  if (done instanceof ConsulError) return done;
  return done ? undefined : stale;
}
