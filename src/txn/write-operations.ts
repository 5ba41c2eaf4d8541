import {deleteCheck, deleteCheckCas, ensureCheck, ensureCheckCas} from '../catalog/check-commands.ts';
import {deleteNode, deleteNodeCas, ensureNode, ensureNodeCas} from '../catalog/node-commands.ts';
import {deleteService, deleteServiceCas, ensureService, ensureServiceCas} from '../catalog/service-commands.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {deleteEntry, deleteEntryCas, deleteTree, lockEntry, setEntry, setEntryCas, unlockEntry} from '../kv/commands.ts';
import {Kvs} from '../kv/state.ts';
import {endSession} from '../session/commands.ts';
import {textOfByteString} from '../wire/byte-string.ts';
import {lockHeld, lockNotHeld, nodeNamed, onNode, staleKey, staleThing, unknownVerb} from './errors.ts';
import {kvResult, type OperationOutcome, readCheck, readNode, readService} from './read-operations.ts';
import {type TxnCheckOp, type TxnKVOp, type TxnNodeOp, type TxnOp, type TxnServiceOp} from './schema.ts';

/** Runs an operation that writes. A recursive delete is cut into slices. */
export function* runWrite(context: ApplyContext, op: TxnOp): Generator<void, OperationOutcome, void> {
  if (op.KV !== null) return yield* writeKv(context, op.KV);
  if (op.Node !== null) return writeNode(context, op.Node);
  if (op.Service !== null) return writeService(context, op.Service);
  if (op.Check !== null) return writeCheck(context, op.Check);
  if (op.Session !== null) {
    if (op.Session.Verb !== 'delete') return unknownVerb('session', op.Session.Verb);
    endSession(context, op.Session.Session.ID);
    return [];
  }
  // Skipped, this server's state would differ from the others' in silence; it stops instead.
  if (op.Intention !== null) throw new Error(`log entry ${context.index}: intention operations in transactions are not supported`);
  return [];
}

function* writeKv(context: ApplyContext, {Verb, DirEnt}: TxnKVOp): Generator<void, OperationOutcome, void> {
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

function writeNode(context: ApplyContext, op: TxnNodeOp): OperationOutcome {
  const {Verb, Node} = op;
  const thing = nodeNamed(Node.Node);
  switch (Verb) {
    case 'set':
      return ensureNode(context, Node) ?? readNode(context.tx, op);
    case 'cas':
      return ofCas(ensureNodeCas(context, Node), staleThing('set', thing)) ?? readNode(context.tx, op);
    case 'delete':
      deleteNode(context, Node.Node);
      return [];
    case 'delete-cas':
      return deleteNodeCas(context, Node.Node, Node.ModifyIndex) ? [] : staleThing('delete', thing);
    default:
      return unknownVerb('node', Verb);
  }
}

function writeService(context: ApplyContext, op: TxnServiceOp): OperationOutcome {
  const {Verb, Node, Service} = op;
  const thing = onNode('service', Service.ID, Node);
  switch (Verb) {
    case 'set':
      return ensureService(context, Node, Service) ?? readService(context.tx, op);
    case 'cas':
      return ofCas(ensureServiceCas(context, Node, Service), staleThing('set', thing)) ?? readService(context.tx, op);
    case 'delete':
      return deleteService(context, Node, Service.ID) ?? [];
    case 'delete-cas':
      return ofCas(deleteServiceCas(context, Node, Service.ID, Service.ModifyIndex), staleThing('delete', thing)) ?? [];
    default:
      return unknownVerb('service', Verb);
  }
}

function writeCheck(context: ApplyContext, op: TxnCheckOp): OperationOutcome {
  const {Verb, Check} = op;
  const thing = onNode('check', Check.CheckID, Check.Node);
  switch (Verb) {
    case 'set':
      return ensureCheck(context, Check) ?? readCheck(context.tx, op);
    case 'cas':
      return ofCas(ensureCheckCas(context, Check), staleThing('set', thing)) ?? readCheck(context.tx, op);
    case 'delete':
      deleteCheck(context, Check.Node, Check.CheckID);
      return [];
    case 'delete-cas':
      return deleteCheckCas(context, Check.Node, Check.CheckID, Check.ModifyIndex) ? [] : staleThing('delete', thing);
    default:
      return unknownVerb('check', Verb);
  }
}

function ofCas(done: boolean | ConsulError, stale: ConsulError): ConsulError | undefined {
  if (done instanceof ConsulError) return done;
  return done ? undefined : stale;
}
